#pragma once

#if !__has_include(<bzlib.h>)
#error "libbz2 is missing its headers: apt-get install libbz2-dev"
#endif

#include <bzlib.h>
