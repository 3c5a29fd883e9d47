#pragma once

#if !__has_include(<yaml.h>)
#error "libyaml is missing its headers: apt-get install libyaml-dev"
#endif

#include <yaml.h>
