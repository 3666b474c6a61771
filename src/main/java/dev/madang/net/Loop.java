package dev.madang.net;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A platform thread that owns UDP sockets, timers, a mailbox and the clock. Everything that lives
/// on a loop is touched by its thread alone and needs no lock; another thread may only [#tell] it
/// something, or [#ask] and wait, which only threads that may wait do.
///
/// A turn: wait · take the time, once · read the mailbox · deliver what the sockets received · run
/// the timers that are due · flush. What is sent during a turn leaves at its end, in one trip
/// through the kernel's stack for each run of equal datagrams to one far end.
public final class Loop implements AutoCloseable {
  /// How a loop speaks to the system.
  public enum Way {
    /// Linux system calls: batches, segmentation offload, the address a datagram came to.
    KERNEL,
    /// Java's channels and selector, on any system.
    CHANNELS;

    /// The best way on this machine.
    public static Way here() {
      return Kernel.available() ? KERNEL : CHANNELS;
    }
  }

  /// Is told of turns that took long.
  @FunctionalInterface
  public interface LongTurns {
    /// At the end of such a turn, before anything that was sent in it leaves.
    ///
    /// @param began the time of the turn, as [Loop#now] says it until the next
    /// @param ends the time when it ends
    void ends(long began, long ends);
  }

  private final MpscUnboundedAtomicArrayQueue<Runnable> mailbox =
      new MpscUnboundedAtomicArrayQueue<>(256);
  private final Timers timers = new Timers();
  private final Traffic traffic = new Traffic();
  private final List<Runnable> atTurnsEnd = new ArrayList<>();
  private final List<LongTurns> onLongTurn = new ArrayList<>();
  private final Poller poller;
  private final Thread thread;
  private volatile boolean asleep;
  private volatile boolean closing;
  private long now = System.nanoTime();
  private long nextComplaint = now;

  private Loop(String name, Way way, Function<Arena, Kernel> kernels) throws IOException {
    poller = way == Way.KERNEL ? new KernelPoller(this, kernels) : new ChannelPoller(this);
    thread = new Thread(this::live, name);
    thread.setDaemon(true);
  }

  public static Loop start(String name) throws IOException {
    return start(name, Way.here());
  }

  public static Loop start(String name, Way way) throws IOException {
    return start(name, way, Kernel::new);
  }

  /// With another kernel, that fails as a test wants it to.
  static Loop start(String name, Way way, Function<Arena, Kernel> kernels) throws IOException {
    Loop loop = new Loop(name, way, kernels);
    loop.thread.start();
    return loop;
  }

  /// From any thread: the loop runs `letter` in one of its next turns. After [#close] it is lost.
  public void tell(Runnable letter) {
    mailbox.offer(letter);
    if (asleep) {
      asleep = false;
      poller.wake();
    }
  }

  /// From a thread that may wait: what the loop answers to `question`.
  public <T> T ask(Callable<T> question) throws IOException {
    if (isHere()) {
      throw new IllegalStateException("a loop cannot wait for itself");
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    tell(() -> {
      try {
        answer.complete(question.call());
      } catch (Throwable failed) {
        // Whoever waits hears of an Error too, such as of a class that went with the file it was
        // in.
        answer.completeExceptionally(failed);
      }
    });
    if (closing) {
      throw new IOException("the loop is closed");
    }
    try {
      return answer.join();
    } catch (CompletionException failed) {
      switch (failed.getCause()) {
        case IOException refused -> throw refused;
        case RuntimeException broken -> throw broken;
        case Error broken -> throw broken;
        case null, default -> throw failed;
      }
    }
  }

  /// From a thread that may wait: one socket a loop on the same port, over which the kernel spreads
  /// the far ends; each far end stays with its loop. Where ports cannot be shared, one socket on
  /// the first loop.
  public static List<UdpSocket> openShared(
      List<Loop> loops,
      InetSocketAddress address,
      UdpOptions options,
      Function<Loop, Receiver> receivers)
      throws IOException {
    Loop first = loops.getFirst();
    if (!(first.poller instanceof KernelPoller)) {
      return List.of(
          first.ask(() -> first.open(address, options.withShared(false), receivers.apply(first))));
    }
    // A shared port would also be shared with another process of the same user: a second server
    // would silently take half of the first one's datagrams. So ask once without sharing.
    int port =
        first.ask(() -> {
          UdpSocket alone = first.open(address, options.withShared(false), (_, _, _, _) -> {});
          alone.close();
          return alone.local().getPort();
        });
    InetSocketAddress shared = new InetSocketAddress(address.getAddress(), port);
    List<UdpSocket> sockets = new ArrayList<>();
    try {
      for (Loop loop : loops) {
        sockets.add(
            loop.ask(() -> loop.open(shared, options.withShared(true), receivers.apply(loop))));
      }
    } catch (IOException | RuntimeException refused) {
      for (UdpSocket socket : sockets) {
        socket.loop.tell(socket::close);
      }
      throw refused;
    }
    return sockets;
  }

  /// Whether the caller is this loop's thread.
  public boolean isHere() {
    return Thread.currentThread() == thread;
  }

  /// The time of this turn, in nanoseconds of [System#nanoTime()]; on the loop.
  public long now() {
    return now;
  }

  /// A timer that runs `due` on the loop; not yet set. On the loop.
  public Timer timer(Runnable due) {
    return new Timer(timers, due);
  }

  /// How many timers are set; on the loop.
  public int timers() {
    return timers.size();
  }

  /// Runs `last` once, at the end of this turn, before what was sent leaves. On the loop.
  public void atTurnsEnd(Runnable last) {
    atTurnsEnd.add(last);
  }

  /// Tells `listener` from now on. On the loop.
  public void onLongTurn(LongTurns listener) {
    onLongTurn.add(listener);
  }

  /// Opens a socket whose datagrams go to `receiver`; on the loop. Bound to the IPv6 wildcard it
  /// speaks both families.
  public UdpSocket open(InetSocketAddress address, UdpOptions options, Receiver receiver)
      throws IOException {
    return poller.open(address, options, receiver);
  }

  /// Whether a socket bound to a wildcard knows which local address a datagram came to.
  public boolean tellsLocalAddress() {
    return poller instanceof KernelPoller;
  }

  public Traffic traffic() {
    return traffic;
  }

  /// Ends the loop and closes its sockets; returns when both have happened.
  @Override
  public void close() {
    closing = true;
    tell(() -> {});
    if (!isHere()) {
      boolean interrupted = false;
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void live() {
    try {
      while (!closing) {
        turn();
      }
    } catch (IOException | RuntimeException | Error broken) {
      LOG.error("loop {} ends", thread.getName(), broken);
    } finally {
      closing = true;
      poller.close();
      readMailbox();
    }
  }

  private void turn() throws IOException {
    asleep = true;
    long wait = mailbox.isEmpty() ? timers.left(System.nanoTime()) : 0;
    poller.await(wait);
    asleep = false;
    now = System.nanoTime();
    readMailbox();
    poller.deliver();
    for (Timer timer = timers.due(now); timer != null; timer = timers.due(now)) {
      run(timer.due);
    }
    if (!atTurnsEnd.isEmpty()) {
      // By index: what runs here may send, and so add to the list.
      for (int i = 0; i < atTurnsEnd.size(); i++) {
        run(atTurnsEnd.get(i));
      }
      atTurnsEnd.clear();
    }
    tellIfLong();
    poller.flush();
  }

  private void tellIfLong() {
    long ends = System.nanoTime();
    if (ends - now > LONG && poller.holdsAll()) {
      onLongTurn.forEach(listener -> run(() -> listener.ends(now, ends)));
    }
  }

  private void readMailbox() {
    // Only what is there now: letters that write letters must not starve the sockets.
    for (int left = mailbox.size(); left > 0; left--) {
      Runnable letter = mailbox.poll();
      if (letter == null) {
        return;
      }
      run(letter);
    }
  }

  private void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error broken) {
      complain(broken);
    }
  }

  /// A broken invariant of ours: loud, with its stack, and everybody else goes on. At most one a
  /// second is written, so that a stranger who found it cannot fill the disk.
  void complain(Throwable broken) {
    if (now - nextComplaint >= 0) {
      nextComplaint = now + 1_000_000_000L;
      LOG.error("something on loop {} broke", thread.getName(), broken);
    }
  }

  /// Much to do takes no longer; a thread that waits for a processor does.
  private static final long LONG = 5_000_000L;

  private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
}
