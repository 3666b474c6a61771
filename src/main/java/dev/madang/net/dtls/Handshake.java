package dev.madang.net.dtls;

import dev.madang.net.dtls.DtlsSession.Role;
import dev.madang.protocol.dtls.HandshakeFilter;
import dev.madang.protocol.dtls.RecordHeader;
import dev.madang.protocol.dtls.SecureRecords;
import dev.madang.protocol.sdp.Fingerprint;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.tls.DTLSClientProtocol;
import org.bouncycastle.tls.DTLSServerProtocol;
import org.bouncycastle.tls.DatagramTransport;
import org.jspecify.annotations.Nullable;

/// One attempt at a handshake: BouncyCastle's blocking one on a virtual thread, whose datagrams
/// come by [#offer] and leave, as the outcome does, by letters to the session's loop.
///
/// Records that are sent one after the other go together in as few datagrams as may be: a flight is
/// complete when the handshake waits for an answer.
final class Handshake implements Runnable, DatagramTransport {
  /// @param lastFlight the last datagram sent
  record Result(SrtpKeys keys, SecureRecords records, byte[] lastFlight) {}

  private final DtlsSession session;
  private final Dtls dtls;
  private final HandshakeFilter filter;
  private final byte @Nullable [] helloRandom;
  private final Agreement agreement;
  private final Role role;
  private final LinkedBlockingQueue<byte[]> inbox = new LinkedBlockingQueue<>(MAX_RECORDS);
  private final AtomicInteger inboxBytes = new AtomicInteger();
  private volatile boolean aborted;
  private byte[] flight = new byte[MTU];
  private int flightLength;
  private byte[] lastFlight = {};
  private long nextSequence;
  // Nanoseconds that it will wait before the far end gets on.
  private long patience;

  Handshake(
      Dtls dtls,
      DtlsSession session,
      Role role,
      List<Fingerprint> expected,
      HandshakeFilter filter) {
    this.dtls = dtls;
    this.session = session;
    this.role = role;
    this.filter = filter;
    this.helloRandom = filter.helloRandom();
    this.agreement = new Agreement(dtls, expected, this::progressed);
    this.patience = patience();
  }

  /** On the loop. */
  HandshakeFilter filter() {
    return filter;
  }

  /** Of the ClientHello that began this. */
  byte @Nullable [] helloRandom() {
    return helloRandom;
  }

  /// On the loop: false if there was no room for all. Each record is as if it had come in a
  /// datagram of its own: one that is not for now would else take those behind it along.
  boolean offerAll(List<byte[]> records) {
    boolean all = true;
    for (byte[] record : records) {
      all &= offer(record);
    }
    return all;
  }

  private boolean offer(byte[] record) {
    if (record.length > RECEIVE_LIMIT
        || inboxBytes.get() + record.length > MAX_BYTES
        || !inbox.offer(record)) {
      return false;
    }
    inboxBytes.addAndGet(record.length);
    return true;
  }

  /** On the loop, after the end: what came and was not read. */
  byte @Nullable [] poll() {
    return inbox.poll();
  }

  /** From any thread: ends without a word. */
  void abort() {
    aborted = true;
    inbox.clear();
    inbox.offer(WAKE);
  }

  @Override
  public void run() {
    try {
      if (role == Role.SERVER) {
        new DTLSServerProtocol().accept(new ServerSide(agreement), this);
      } else {
        new DTLSClientProtocol().connect(new ClientSide(agreement), this);
      }
      flush();
      Result result = new Result(agreement.keys(), agreement.records(nextSequence), lastFlight);
      tell(() -> session.succeeded(this, result));
    } catch (IOException | RuntimeException e) {
      String reason = String.valueOf(e.getMessage());
      tell(() -> session.failed(this, reason));
    } finally {
      dtls.halfOpen().leave(this);
    }
  }

  /// When the loop is over, this ends too and nobody hears of it.
  private void tell(Runnable letter) {
    try {
      session.tell(letter);
    } catch (RejectedExecutionException e) {
      abort();
    }
  }

  private void progressed() {
    patience = patience();
    dtls.halfOpen().progressed(this);
  }

  private long patience() {
    return PATIENCE * dtls.config().retransmission().toNanos();
  }

  @Override
  public int getReceiveLimit() {
    return RECEIVE_LIMIT;
  }

  @Override
  public int getSendLimit() {
    return MTU;
  }

  @Override
  public int receive(byte[] bytes, int offset, int length, int waitMillis) throws IOException {
    flush();
    byte[] record;
    long before = System.nanoTime();
    try {
      record =
          inbox.poll(
              Math.min(TimeUnit.MILLISECONDS.toNanos(waitMillis), patience), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      throw new InterruptedIOException("interrupted");
    }
    if (aborted) {
      throw new IOException("aborted");
    }
    patience -= System.nanoTime() - before;
    if (patience <= 0) {
      throw new IOException("no progress");
    }
    if (record == null) {
      return -1;
    }
    inboxBytes.addAndGet(-record.length);
    int size = Math.min(length, record.length);
    System.arraycopy(record, 0, bytes, offset, size);
    return size;
  }

  @Override
  public void send(byte[] bytes, int offset, int length) {
    if (flightLength + length > MTU) {
      flush();
    }
    if (length > flight.length) {
      flight = new byte[length];
    }
    System.arraycopy(bytes, offset, flight, flightLength, length);
    flightLength += length;
    if (RecordHeader.epoch(bytes, offset) == 1) {
      nextSequence = RecordHeader.sequence(bytes, offset) + 1;
    }
  }

  private void flush() {
    if (flightLength > 0) {
      byte[] datagram = Arrays.copyOf(flight, flightLength);
      flightLength = 0;
      if (!aborted) {
        lastFlight = datagram;
        tell(() -> session.emit(this, datagram));
      }
    }
  }

  @Override
  public void close() {
    flush();
  }

  /// What every path carries, less what headers of IPv6, UDP and TURN take.
  private static final int MTU = 1200;

  private static final int RECEIVE_LIMIT = 2048;
  private static final int MAX_RECORDS = 64;
  private static final int MAX_BYTES = 24 * 1024;

  /// Times the wait for a flight: 5 s, in which one is sent five times. What comes and is of no use
  /// does not extend it.
  private static final int PATIENCE = 25;

  private static final byte[] WAKE = {};
}
