/** Import this before anything that logs: a test reads answers, not lines. */
process.env.POWERTOOLS_LOG_LEVEL ??= 'SILENT';
