package dev.madang.net;

import java.util.Arrays;

/// The timers of one [Loop], a heap by deadline.
final class Timers {
  private Timer[] heap = new Timer[16];
  private int size;

  /// Nanoseconds until the first is due, not below 0; -1 when none is set.
  long left(long now) {
    return size == 0 ? -1 : Math.max(0, heap[0].at - now);
  }

  /// The next that is due, taken out, or null.
  @org.jspecify.annotations.Nullable
  Timer due(long now) {
    if (size == 0 || heap[0].at - now > 0) {
      return null;
    }
    Timer first = heap[0];
    remove(first);
    return first;
  }

  /** How many are set. */
  int size() {
    return size;
  }

  void set(Timer timer, long deadline) {
    timer.at = deadline;
    if (timer.slot == Timer.IDLE) {
      if (size == heap.length) {
        heap = Arrays.copyOf(heap, size * 2);
      }
      timer.slot = size++;
      heap[timer.slot] = timer;
      rise(timer);
    } else {
      rise(timer);
      sink(timer);
    }
  }

  void remove(Timer timer) {
    int slot = timer.slot;
    timer.slot = Timer.IDLE;
    Timer last = heap[--size];
    clear(size);
    if (last != timer) {
      last.slot = slot;
      heap[slot] = last;
      rise(last);
      sink(last);
    }
  }

  private void rise(Timer timer) {
    int slot = timer.slot;
    while (slot > 0) {
      Timer parent = heap[(slot - 1) >> 1];
      if (parent.at - timer.at <= 0) {
        break;
      }
      heap[slot] = parent;
      parent.slot = slot;
      slot = (slot - 1) >> 1;
    }
    heap[slot] = timer;
    timer.slot = slot;
  }

  private void sink(Timer timer) {
    int slot = timer.slot;
    while (2 * slot + 1 < size) {
      int child = 2 * slot + 1;
      if (child + 1 < size && heap[child + 1].at - heap[child].at < 0) {
        child++;
      }
      if (timer.at - heap[child].at <= 0) {
        break;
      }
      heap[slot] = heap[child];
      heap[slot].slot = slot;
      slot = child;
    }
    heap[slot] = timer;
    timer.slot = slot;
  }

  @SuppressWarnings("NullAway") // a slot past the end holds nothing
  private void clear(int slot) {
    heap[slot] = null;
  }
}
