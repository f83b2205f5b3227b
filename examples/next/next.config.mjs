export default {
  // Because this folder stands in another package's, which has a lock of its own.
  turbopack: { root: import.meta.dirname },
};
