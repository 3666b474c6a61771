package dev.madang.server.http;

/// What a loop does for all its connections at once, so that none needs a timer or a flush of its
/// own.
interface Connection {
  /// Looks at its deadlines; called now and then.
  void sweep(long now);

  /// Hands what was written to the kernel; called at the end of a turn in which it asked for that.
  void flush();

  /// Where it stands in the loop's list; the list alone sets it.
  int slot();

  void slot(int slot);
}
