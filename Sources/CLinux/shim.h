#pragma once

// Calls that glibc declares only with _GNU_SOURCE, which Swift's module of glibc is built without.
extern int mkostemp(char *pattern, int flags);
// SYNC_FILE_RANGE_WRITE: starts writing the pages that are not being written yet, and waits for none.
static const unsigned int writeback_start = 2;
extern int sync_file_range(int descriptor, long long offset, long long length, unsigned int flags);
extern long copy_file_range(int input, long long *inputOffset, int output, long long *outputOffset, unsigned long length,
                            unsigned int flags);
// glibc 2.34. The actions are a posix_spawn_file_actions_t; including <spawn.h> would make its types types of this module.
extern int posix_spawn_file_actions_addclosefrom_np(void *actions, int from);
