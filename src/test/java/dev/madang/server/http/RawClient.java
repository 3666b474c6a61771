package dev.madang.server.http;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// A socket that says exactly what a test wants to be said. Reads wait at most twenty seconds.
// Lines end with CR LF on this wire, which a text block cannot show.
@SuppressWarnings("StringConcatToTextBlock")
final class RawClient implements AutoCloseable {
  record Answer(int status, Map<String, String> headers, byte[] body) {
    String text() {
      return new String(body, StandardCharsets.UTF_8);
    }
  }

  record Frame(int first, byte[] payload) {
    int opcode() {
      return first & 15;
    }

    String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }

    int closeCode() {
      return (payload[0] & 0xFF) << 8 | payload[1] & 0xFF;
    }
  }

  final Socket socket;

  RawClient(int port) {
    this(new Socket(), port);
  }

  RawClient(Socket socket, int port) {
    this.socket = socket;
    try {
      if (!socket.isConnected()) {
        socket.connect(new InetSocketAddress("127.0.0.1", port), 20_000);
      }
      socket.setSoTimeout(20_000);
      socket.setTcpNoDelay(true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  RawClient send(String text) {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  RawClient send(byte... bytes) {
    try {
      socket.getOutputStream().write(bytes);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Sends as much as the other end takes before it closes.
  void sendUntilRefused(byte[] bytes, int times) {
    try {
      for (int i = 0; i < times; i++) {
        socket.getOutputStream().write(bytes);
      }
    } catch (IOException e) {
      // That is what we wait for.
    }
  }

  Answer answer() {
    return answer(true);
  }

  Answer answer(boolean withBody) {
    String line = line();
    Map<String, String> headers = new HashMap<>();
    for (String field = line(); !field.isEmpty(); field = line()) {
      int colon = field.indexOf(':');
      headers.put(
          field.substring(0, colon).toLowerCase(Locale.ROOT), field.substring(colon + 1).strip());
    }
    int length = withBody ? Integer.parseInt(headers.getOrDefault("content-length", "0")) : 0;
    return new Answer(Integer.parseInt(line.substring(9, 12)), headers, bytes(length));
  }

  RawClient upgrade(String path) {
    return upgrade(path, "");
  }

  RawClient upgrade(String path, String moreHeaders) {
    send(handshake(path, moreHeaders));
    Answer answer = answer();
    if (answer.status() != 101) {
      throw new AssertionError("not upgraded: " + answer.status() + " " + answer.text());
    }
    return this;
  }

  static String handshake(String path, String moreHeaders) {
    return "GET "
        + path
        + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + moreHeaders
        + "\r\n";
  }

  static byte[] frame(int first, byte[] payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(first);
    int length = payload.length;
    if (length <= 125) {
      out.write(0x80 | length);
    } else if (length <= 0xFFFF) {
      out.write(0x80 | 126);
      out.write(length >> 8);
      out.write(length);
    } else {
      out.write(0x80 | 127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        out.write((int) ((long) length >>> shift));
      }
    }
    byte[] mask = {0x12, (byte) 0xF4, 0x56, 0x78};
    out.writeBytes(mask);
    for (int i = 0; i < length; i++) {
      out.write(payload[i] ^ mask[i & 3]);
    }
    return out.toByteArray();
  }

  RawClient text(String text) {
    return send(frame(0x81, text.getBytes(StandardCharsets.UTF_8)));
  }

  Frame frame() {
    byte[] head = bytes(2);
    int length = head[1] & 0x7F;
    if (length == 126) {
      byte[] more = bytes(2);
      length = (more[0] & 0xFF) << 8 | more[1] & 0xFF;
    } else if (length == 127) {
      byte[] more = bytes(8);
      length =
          (more[4] & 0xFF) << 24 | (more[5] & 0xFF) << 16 | (more[6] & 0xFF) << 8 | more[7] & 0xFF;
    }
    return new Frame(head[0] & 0xFF, bytes(length));
  }

  String line() {
    StringBuilder line = new StringBuilder();
    while (true) {
      int letter = bytes(1)[0] & 0xFF;
      if (letter == '\n') {
        return line.toString();
      }
      if (letter != '\r') {
        line.append((char) letter);
      }
    }
  }

  byte[] bytes(int length) {
    try {
      InputStream in = socket.getInputStream();
      byte[] bytes = in.readNBytes(length);
      if (bytes.length < length) {
        throw new EOFException("closed after " + bytes.length + " of " + length + " bytes");
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Whether the other end closes, after at most what is still to be read.
  boolean isClosed() {
    try {
      while (socket.getInputStream().read() >= 0) {}
      return true;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
