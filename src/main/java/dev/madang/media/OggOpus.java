package dev.madang.media;

import dev.madang.wire.ProtocolException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads the packets of an Ogg Opus file (RFC 3533, RFC 7845). Of several streams in a file the
/// first of Opus counts, until it ends. Holds one packet and one page at a time; one thread.
///
/// ```
/// "OggS" | version 8 | flags 8 | granule 64 | serial 32 | page 32 | checksum 32 | segments 8
///        | the length of each segment 8 | the segments
/// ```
///
/// RFC 3533 §6: a packet ends with the first segment of less than 255 bytes, on this page or
/// another; numbers are little-endian.
public final class OggOpus {
  private final InputStream in;
  private final OpusPacket about = new OpusPacket();
  private final ByteArrayOutputStream packet = new ByteArrayOutputStream();
  private byte[] page = {};
  private int segments;
  private int segment;
  private int at;
  private int serial;
  private boolean last;
  private boolean over;
  private boolean skipping;
  private final int channels;
  private long timestamp;

  /// Reads up to the first packet of sound.
  ///
  /// @throws ProtocolException when there is no Opus in it
  public OggOpus(InputStream in) throws IOException {
    this.in = in;
    byte[] head = null;
    for (int i = 0; head == null && i < MOST_STREAMS; i++) {
      if (!readPage()) {
        throw new ProtocolException("it has no stream of Opus");
      }
      head = opusHead();
    }
    if (head == null) {
      throw new ProtocolException("its first streams are not of Opus");
    }
    serial = u32(page, SERIAL);
    // RFC 7845 §5.1: "Implementations SHOULD treat streams where the upper four bits of the version
    // number match that of a recognized specification as backwards compatible".
    if ((head[8] & 0xF0) != 0) {
      throw new ProtocolException(
          "a version of Opus in Ogg that is not known: " + (head[8] & 0xFF));
    }
    channels = head[9] & 0xFF;
    // RFC 7845 §5.1.1: other mapping families need more than one decoder knows.
    if (channels == 0 || channels > 2 || head[18] != 0) {
      throw new ProtocolException("Opus of " + channels + " channels");
    }
    segment = segments;
    // §5.2: "The second packet" is a comment header, which may hold pictures; nobody reads it here.
    skipping = true;
    nextPacket();
    skipping = false;
  }

  /// The packet by which a stream of Opus begins, of a page that begins a stream; null when this
  /// one does not.
  private byte @Nullable [] opusHead() {
    boolean begins = (page[FLAGS] & BEGINS) != 0;
    int length = page.length - HEAD - segments;
    if (!begins || length < 19 || length > 255) {
      return null;
    }
    byte[] head = Arrays.copyOfRange(page, HEAD + segments, page.length);
    return new String(head, 0, 8, StandardCharsets.ISO_8859_1).equals("OpusHead") ? head : null;
  }

  /// 1 or 2.
  public int channels() {
    return channels;
  }

  /// The next packet of sound; null when the stream is over. Its time counts from the first.
  ///
  /// @throws ProtocolException when what comes is none
  public Frame.@Nullable Opus next() throws IOException {
    byte[] bytes = nextPacket();
    if (bytes == null) {
      return null;
    } else if (!about.read(bytes, 0, bytes.length)) {
      throw new ProtocolException("a packet that is no Opus");
    }
    Frame.Opus frame = new Frame.Opus(timestamp, bytes);
    timestamp += about.samples();
    return frame;
  }

  private byte @Nullable [] nextPacket() throws IOException {
    packet.reset();
    while (true) {
      while (segment == segments) {
        if (!nextPage()) {
          return null;
        }
      }
      int length = page[HEAD + segment] & 0xFF;
      segment++;
      if (!skipping) {
        packet.write(page, at, length);
      }
      at += length;
      if (packet.size() > MOST_PACKET) {
        throw new ProtocolException("a packet of more than " + MOST_PACKET + " bytes");
      } else if (length < 255) {
        return packet.toByteArray();
      }
    }
  }

  /// Goes on to the next page of our stream; false when that is over.
  private boolean nextPage() throws IOException {
    do {
      if (last || over || !readPage()) {
        return false;
      }
    } while (u32(page, SERIAL) != serial);
    // What belongs to a packet of which the beginning is missing, or is not followed by its end.
    boolean continued = (page[FLAGS] & CONTINUED) != 0;
    last = (page[FLAGS] & ENDS) != 0;
    at = HEAD + segments;
    segment = 0;
    if (!continued) {
      packet.reset();
    } else if (packet.size() == 0 && !skipping) {
      leaveOut();
    }
    return true;
  }

  private void leaveOut() {
    while (segment < segments) {
      int length = page[HEAD + segment++] & 0xFF;
      at += length;
      if (length < 255) {
        return;
      }
    }
  }

  /// Reads a page; false at the end of the file, also of one that breaks off within it.
  private boolean readPage() throws IOException {
    byte[] head = in.readNBytes(HEAD);
    if (head.length < HEAD) {
      over = true;
      return false;
    } else if (u32(head, 0) != OGGS || head[4] != 0) {
      throw new ProtocolException("no page of Ogg where one should begin");
    }
    int count = head[HEAD - 1] & 0xFF;
    byte[] lengths = in.readNBytes(count);
    int body = 0;
    for (byte length : lengths) {
      body += length & 0xFF;
    }
    byte[] whole = Arrays.copyOf(head, HEAD + count + body);
    if (lengths.length < count || in.readNBytes(whole, HEAD + count, body) < body) {
      over = true;
      return false;
    }
    System.arraycopy(lengths, 0, whole, HEAD, count);
    int checksum = u32(whole, CHECKSUM);
    Arrays.fill(whole, CHECKSUM, CHECKSUM + 4, (byte) 0);
    if (checksum(whole) != checksum) {
      throw new ProtocolException("a page whose checksum does not fit");
    }
    page = whole;
    segments = count;
    segment = count;
    return true;
  }

  /// RFC 3533 §6: "a 32 bit CRC checksum of the page […] the polynomial is 0x04c11db7", not
  /// reflected, from 0.
  static int checksum(byte[] bytes) {
    int sum = 0;
    for (byte each : bytes) {
      sum = sum << 8 ^ CRC[sum >>> 24 ^ each & 0xFF];
    }
    return sum;
  }

  private static int[] crc() {
    int[] table = new int[256];
    for (int i = 0; i < 256; i++) {
      int sum = i << 24;
      for (int bit = 0; bit < 8; bit++) {
        sum = sum < 0 ? sum << 1 ^ 0x04C11DB7 : sum << 1;
      }
      table[i] = sum;
    }
    return table;
  }

  private static int u32(byte[] bytes, int at) {
    return bytes[at] & 0xFF
        | (bytes[at + 1] & 0xFF) << 8
        | (bytes[at + 2] & 0xFF) << 16
        | bytes[at + 3] << 24;
  }

  private static final int[] CRC = crc();
  private static final int OGGS = 0x5367674F;
  private static final int HEAD = 27;
  private static final int FLAGS = 5;
  private static final int SERIAL = 14;
  private static final int CHECKSUM = 22;
  private static final int CONTINUED = 1;
  private static final int BEGINS = 2;
  private static final int ENDS = 4;

  /// Streams that begin before ours.
  private static final int MOST_STREAMS = 16;

  /// RFC 7845 §6: "[…] 61,440 bytes" are as long as a packet of one stream can get.
  private static final int MOST_PACKET = 61_440;
}
