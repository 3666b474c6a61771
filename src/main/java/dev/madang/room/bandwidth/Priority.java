package dev.madang.room.bandwidth;

/** Who gets bandwidth first, in this order. */
public enum Priority {
  /** The receiver has put it in the middle. */
  PINNED,
  SPEAKER,
  SCREEN,
  OTHER,
  /** Not on the receiver's screen: gets nothing. */
  HIDDEN
}
