/** The version of this software, as its package has it. `npm version` writes both. */
export const version = '0.1.0';
