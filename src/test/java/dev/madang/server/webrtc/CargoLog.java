package dev.madang.server.webrtc;

import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// What a transport brought, for tests.
final class CargoLog implements Cargo {
  final CompletableFuture<Transport> connected = new CompletableFuture<>();
  final CompletableFuture<Ending> ended = new CompletableFuture<>();
  final BlockingQueue<byte[]> rtp = new LinkedBlockingQueue<>();
  final BlockingQueue<byte[]> rtcp = new LinkedBlockingQueue<>();
  private volatile Transport transport;

  @Override
  public void begin(Transport begun, long now) {
    transport = begun;
  }

  @Override
  public void connected(long now) {
    connected.complete(transport);
  }

  @Override
  public void receiveRtp(byte[] bytes, int offset, int length, long now) {
    rtp.add(Arrays.copyOfRange(bytes, offset, offset + length));
  }

  @Override
  public void receiveRtcp(byte[] bytes, int offset, int length, long now) {
    rtcp.add(Arrays.copyOfRange(bytes, offset, offset + length));
  }

  @Override
  public void tick(long now) {}

  @Override
  public long deadline() {
    return Long.MAX_VALUE;
  }

  @Override
  public void ended(Ending why, String detail, long now) {
    ended.complete(why);
  }

  Transport connection() throws Exception {
    return connected.get(20, TimeUnit.SECONDS);
  }

  Ending ending() throws Exception {
    return ended.get(20, TimeUnit.SECONDS);
  }

  byte[] nextRtp() throws InterruptedException {
    return rtp.poll(20, TimeUnit.SECONDS);
  }
}
