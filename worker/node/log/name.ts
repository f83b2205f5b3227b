/** Files of the log, of whichever server, packed by the operator or not. Other files in the folder are left alone. */
export const log_file_name = /^lead-consent\.(\d{4}-\d\d-\d\d)\..+\.log(\.\w+)?$/;
