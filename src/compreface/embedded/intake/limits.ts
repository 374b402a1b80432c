/** The largest file part, in bytes (CompreFace's `max_file_size`). */
export const MAX_FILE_BYTES = 5 * 1024 * 1024;

/** The largest request, in bytes (CompreFace's `max_request_size`). */
export const MAX_REQUEST_BYTES = 10 * 1024 * 1024;
