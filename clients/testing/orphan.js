/** Imported, it ends this process soon after its parent has ended, however that was: what it has started ends with it. */
const parent = process.ppid;
setInterval(() => process.ppid === parent || process.exit(1), 500).unref();
