#pragma once

// Only <fcntl.h> with GNU's extensions declares sync_file_range(2), and Swift's own module of glibc is built without them.
// SYNC_FILE_RANGE_WRITE: starts writing the pages that are not on their way to the disk, and waits for none.
static const unsigned int writeback_start = 2;
extern int sync_file_range(int descriptor, long long offset, long long length, unsigned int flags);
