package dev.madang.net.dtls;

import dev.madang.protocol.dtls.RecordHeader;
import dev.madang.wire.ByteWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** ClientHellos and records, made by hand. */
final class Hello {
  private Hello() {}

  /// Of a client with one cipher suite, with or without use_srtp and the extended master secret.
  static byte[] bytes(int suite, boolean srtp, boolean extendedMasterSecret) {
    ByteWriter extensions = new ByteWriter();
    // secp256r1; ecdsa_secp256r1_sha256; no renegotiation yet.
    extensions.u16(10).u16(4).u16(2).u16(0x17);
    extensions.u16(13).u16(4).u16(2).u16(0x0403);
    extensions.u16(0xFF01).u16(1).u8(0);
    if (srtp) {
      extensions.u16(14).u16(5).u16(2).u16(7).u8(0);
    }
    if (extendedMasterSecret) {
      extensions.u16(23).u16(0);
    }
    ByteWriter body = new ByteWriter();
    body.u16(0xFEFD).bytes(new byte[32]).u8(0).u8(0).u16(2).u16(suite).u8(1).u8(0);
    body.u16(extensions.position()).bytes(extensions.toArray());
    ByteWriter message = new ByteWriter();
    int length = body.position();
    message.u8(1).u8(0).u16(length).u16(0).u8(0).u16(0).u8(0).u16(length).bytes(body.toArray());
    return record(RecordHeader.HANDSHAKE, 0, 0, message.toArray());
  }

  static byte[] record(int type, int epoch, int sequence, byte[] data) {
    return new ByteWriter()
        .u8(type)
        .u16(0xFEFD)
        .u16(epoch)
        .u16(0)
        .i32(sequence)
        .u16(data.length)
        .bytes(data)
        .toArray();
  }

  /** A datagram of a browser, from the corpus. */
  static byte[] recorded(String name) {
    try (InputStream file = Hello.class.getResourceAsStream("/corpus/dtls/" + name + ".bin")) {
      return file.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
