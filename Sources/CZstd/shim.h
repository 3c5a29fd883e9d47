#pragma once

#if !__has_include(<zstd.h>)
#error "libzstd is missing its headers: apt-get install libzstd-dev"
#endif

#include <zstd.h>
#include <zstd_errors.h>
