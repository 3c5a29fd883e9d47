#pragma once

#if !__has_include(<lzma.h>)
#error "liblzma is missing its headers: apt-get install liblzma-dev"
#endif

#include <lzma.h>

// A macro that Swift cannot read.
static const uint32_t CLZMA_CONCATENATED = LZMA_CONCATENATED;
