#pragma once

// Only <fcntl.h> and <unistd.h> with GNU's extensions declare these calls, and Swift's own module of glibc is built without them.
// SYNC_FILE_RANGE_WRITE: starts writing the pages that are not on their way to the disk, and waits for none.
static const unsigned int writeback_start = 2;
extern int sync_file_range(int descriptor, long long offset, long long length, unsigned int flags);
extern long copy_file_range(int input, long long *inputOffset, int output, long long *outputOffset, unsigned long length,
                            unsigned int flags);
