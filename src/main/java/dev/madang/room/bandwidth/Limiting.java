package dev.madang.room.bandwidth;

/** What keeps the estimate from growing, in a word for the quality panel. */
public enum Limiting {
  NOTHING,
  /** Queues grow on the path. */
  DELAY,
  /** The path loses packets. */
  LOSS,
  /** The receiver says so (REMB). */
  RECEIVER,
  /** Nothing is heard from the receiver. */
  SILENCE
}
