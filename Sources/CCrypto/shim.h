#pragma once

#if !__has_include(<openssl/evp.h>)
#error "libcrypto is missing its headers: apt-get install libssl-dev"
#endif

#include <openssl/evp.h>
