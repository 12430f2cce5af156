/** A signature, and the key it is to be checked with. */
export interface TextSignature {
  /** The 32 bytes of an Ed25519 key, or the DER SubjectPublicKeyInfo of a P-256 one. */
  readonly publicKey: Uint8Array;
  /** Ed25519: 64 bytes. P-256: ECDSA over SHA-256 in DER. */
  readonly signature: Uint8Array;
}

/**
 * Signs the heads of ledgers. The private key never leaves the adapter.
 * - sign MUST answer a signature of exactly this text that verifies under the key it comes with.
 * - Every handle MUST sign with the one key of the installation, until a person replaces it: a key that cannot be
 *   read is an error, never a reason to make another, for a new key is how a forged ledger would look.
 * - publicKey answers the key that signs now: what auditors are given.
 */
export interface CheckpointSigner {
  publicKey(): Promise<Uint8Array>;
  sign(text: string): Promise<TextSignature>;
}
