#pragma once

// glibc 2.34 has it, but Swift's view of glibc leaves out what only _GNU_SOURCE shows. The actions are a
// posix_spawn_file_actions_t; to include <spawn.h> here would make its types this module's.
extern int posix_spawn_file_actions_addclosefrom_np(void *actions, int from);
