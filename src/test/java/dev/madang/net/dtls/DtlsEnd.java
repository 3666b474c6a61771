package dev.madang.net.dtls;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.madang.protocol.sdp.Fingerprint;
import dev.madang.protocol.srtp.SrtpProfile;
import dev.madang.wire.Address;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// A session in a test, on a loop of one thread, and what it said. Its datagrams go where [#to]
/// says.
final class DtlsEnd implements DtlsSession.Output {
  final DtlsSession session;
  final CompletableFuture<SrtpKeys> established = new CompletableFuture<>();
  final CompletableFuture<String> closed = new CompletableFuture<>();
  final BlockingQueue<byte[]> sent = new LinkedBlockingQueue<>();
  private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
  private final ScheduledExecutorService loop;
  private volatile Consumer<byte[]> to = _ -> {};

  DtlsEnd(
      ScheduledExecutorService loop, Dtls dtls, DtlsSession.Role role, Fingerprint... expected) {
    this.loop = loop;
    this.session = dtls.session(role, List.of(expected), loop, this);
  }

  /** Delivers what this end sends, on the loop. */
  void to(Consumer<byte[]> link) {
    to = link;
  }

  DtlsEnd start() {
    return start(0x7F00_0001);
  }

  /** With a far end at this IPv4 address. */
  DtlsEnd start(int ip) {
    onLoop(() -> {
      session.start(Address.v4(ip, 5000), System.nanoTime());
      tick();
    });
    return this;
  }

  private void tick() {
    session.tick(System.nanoTime());
    if (!closed.isDone() && session.deadline() != Long.MAX_VALUE) {
      var _ = loop.schedule(this::tick, 5, TimeUnit.MILLISECONDS);
    }
  }

  /** From any thread: a datagram for this end. */
  void deliver(byte[] datagram) {
    byte[] copy = datagram.clone();
    loop.execute(() -> session.receive(copy, 0, copy.length));
  }

  void say(String text) {
    byte[] data = text.getBytes(UTF_8);
    onLoop(() -> session.send(data, 0, data.length));
  }

  String hear() {
    return new String(next(received), UTF_8);
  }

  boolean heardNothing() {
    onLoop(() -> {});
    return received.isEmpty();
  }

  /** Runs on the loop and waits until it has. */
  void onLoop(Runnable work) {
    await(CompletableFuture.runAsync(work, loop));
  }

  SrtpKeys keys() {
    return await(established);
  }

  /** The next datagram that this end sends. */
  byte[] nextSent() {
    return next(sent);
  }

  private static byte[] next(BlockingQueue<byte[]> queue) {
    try {
      byte[] next = queue.poll(60, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("nothing came");
      }
      return next;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(60, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void send(byte[] bytes, int offset, int length) {
    byte[] datagram = Arrays.copyOfRange(bytes, offset, offset + length);
    sent.add(datagram);
    Consumer<byte[]> link = to;
    loop.execute(() -> link.accept(datagram));
  }

  @Override
  public void established(
      SrtpProfile profile, byte[] localKey, byte[] localSalt, byte[] remoteKey, byte[] remoteSalt) {
    established.complete(new SrtpKeys(profile, localKey, localSalt, remoteKey, remoteSalt));
  }

  @Override
  public void received(byte[] bytes, int offset, int length) {
    received.add(Arrays.copyOfRange(bytes, offset, offset + length));
  }

  @Override
  public void closed(String reason) {
    closed.complete(reason);
  }
}
