package dev.madang.chat;

/// Decides whether a client may enter a namespace. It may answer later, from home's thread.
@FunctionalInterface
public interface Middleware {
  /** Calls either method of `next`, once. */
  void ask(Socket socket, Next next);
}
