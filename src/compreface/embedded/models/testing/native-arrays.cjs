// Jest runs specs in a realm of their own, whose Float32Array is not the one that native modules answer with:
// onnxruntime then refuses its own results. This environment lends the specs the outer constructors.
const { TestEnvironment } = require('jest-environment-node');

module.exports = class NativeArraysEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    Object.assign(this.global, { Float32Array, BigInt64Array });
  }
};
