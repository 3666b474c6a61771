package dev.madang.room.bandwidth;

/** What the delays say about the path. */
enum Usage {
  /** Queues drain. */
  UNDER,
  NORMAL,
  /** Queues grow. */
  OVER
}
