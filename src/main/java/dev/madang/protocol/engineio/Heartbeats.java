package dev.madang.protocol.engineio;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One timer wheel for all sessions of an endpoint: a ring of slots, each a list of the sessions
/// due in its span of time, linked through the sessions themselves. Setting a deadline makes no
/// object and takes the same few steps for ten sessions as for a million.
///
/// A session in a slot whose deadline lies a whole turn ahead stays where it is until its turn
/// comes.
final class Heartbeats {
  private final long span;
  private final @Nullable EngineSession[] slots = new EngineSession[SLOTS];
  private final List<EngineSession> due = new ArrayList<>();
  private long at;
  private boolean started;

  /**
   * @param span nanoseconds a slot covers: how late a deadline may be noticed
   */
  Heartbeats(long span) {
    this.span = span;
  }

  long span() {
    return span;
  }

  void schedule(EngineSession session, long deadline, long now) {
    cancel(session);
    if (!started) {
      started = true;
      at = now;
    }
    session.deadline = deadline;
    long due = deadline - at <= 0 ? at : deadline;
    int slot = (int) (Math.floorDiv(due, span) & (SLOTS - 1));
    session.slot = slot;
    session.previous = null;
    session.next = slots[slot];
    if (session.next != null) {
      session.next.previous = session;
    }
    slots[slot] = session;
  }

  void cancel(EngineSession session) {
    if (session.slot < 0) {
      return;
    }
    if (session.previous == null) {
      slots[session.slot] = session.next;
    } else {
      session.previous.next = session.next;
    }
    if (session.next != null) {
      session.next.previous = session.previous;
    }
    session.slot = -1;
    session.previous = null;
    session.next = null;
  }

  /** Tells each session that is due, and forgets it until it asks again. */
  void tick(long now) {
    if (!started) {
      return;
    }
    long last = Math.floorDiv(now, span);
    long first = Math.max(Math.floorDiv(at, span), last - SLOTS);
    at = now;
    for (long turn = first; turn <= last; turn++) {
      visit((int) (turn & (SLOTS - 1)), now);
    }
  }

  /// Takes all that are due out first: a session told may close others, or itself, or ask for a
  /// place in this very slot.
  private void visit(int slot, long now) {
    EngineSession session = slots[slot];
    while (session != null) {
      EngineSession next = session.next;
      if (session.deadline - now <= 0) {
        cancel(session);
        due.add(session);
      }
      session = next;
    }
    for (int i = 0; i < due.size(); i++) {
      due.get(i).tick(now);
    }
    due.clear();
  }

  private static final int SLOTS = 1024;
}
