package dev.madang.protocol.turn;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Allocations by when they end: a binary heap that can also take one out of the middle.
final class Deadlines {
  private @Nullable Allocation[] heap = new @Nullable Allocation[16];
  private int size;

  int size() {
    return size;
  }

  @Nullable Allocation first() {
    return size == 0 ? null : heap[0];
  }

  /** In no order; `each` must not add or remove. */
  void forEach(Consumer<Allocation> each) {
    for (int i = 0; i < size; i++) {
      each.accept(at(i));
    }
  }

  void add(Allocation allocation) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, 2 * size);
    }
    place(allocation, size++);
    moved(allocation);
  }

  void remove(Allocation allocation) {
    int hole = allocation.heapIndex;
    Allocation last = at(--size);
    heap[size] = null;
    allocation.heapIndex = -1;
    if (last != allocation) {
      place(last, hole);
      moved(last);
    }
  }

  /** Its deadline has changed. */
  void moved(Allocation allocation) {
    int at = allocation.heapIndex;
    while (at > 0 && earlier(allocation, at((at - 1) / 2))) {
      place(at((at - 1) / 2), at);
      at = (at - 1) / 2;
    }
    for (int child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && earlier(at(child + 1), at(child))) {
        child++;
      }
      if (!earlier(at(child), allocation)) {
        break;
      }
      place(at(child), at);
      at = child;
    }
    place(allocation, at);
  }

  private void place(Allocation allocation, int at) {
    heap[at] = allocation;
    allocation.heapIndex = at;
  }

  private Allocation at(int index) {
    Allocation allocation = heap[index];
    if (allocation == null) {
      throw new IllegalStateException("a hole in the heap");
    }
    return allocation;
  }

  private static boolean earlier(Allocation one, Allocation other) {
    return one.deadline - other.deadline < 0;
  }
}
