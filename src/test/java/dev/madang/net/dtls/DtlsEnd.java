package dev.madang.net.dtls;

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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// A session in a test, on a loop of one thread, and what it said. Its datagrams go where [#to]
/// says.
final class DtlsEnd implements DtlsSession.Output {
  final ScheduledExecutorService loop;
  final DtlsSession session;
  final CompletableFuture<SrtpKeys> established = new CompletableFuture<>();
  final CompletableFuture<String> closed = new CompletableFuture<>();
  final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
  final AtomicInteger sent = new AtomicInteger();
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

  void start(int port) {
    onLoop(() -> {
      session.start(Address.v4(0x7F00_0001, port), System.nanoTime());
      tick();
    });
  }

  private void tick() {
    session.tick(System.nanoTime());
    if (!closed.isDone() && session.deadline() != Long.MAX_VALUE) {
      var _ = loop.schedule(this::tick, 5, TimeUnit.MILLISECONDS);
    }
  }

  /** From any thread: a datagram for this end. */
  void deliver(byte[] datagram) {
    loop.execute(() -> session.receive(datagram, 0, datagram.length));
  }

  void say(byte[] data) {
    onLoop(() -> session.send(data, 0, data.length));
  }

  /** Runs on the loop and waits until it has. */
  void onLoop(Runnable work) {
    await(CompletableFuture.runAsync(work, loop));
  }

  SrtpKeys keys() {
    return await(established);
  }

  byte[] hear() {
    try {
      byte[] heard = received.poll(10, TimeUnit.SECONDS);
      if (heard == null) {
        throw new AssertionError("nothing heard");
      }
      return heard;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(10, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void send(byte[] bytes, int offset, int length) {
    sent.incrementAndGet();
    byte[] datagram = Arrays.copyOfRange(bytes, offset, offset + length);
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
