package dev.madang.server.http;

import io.netty.buffer.ByteBuf;

/// The body of an answer that comes piece by piece, as Server-Sent Events do. Lives on the
/// exchange's loop.
public final class ResponseStream {
  /// The connection below.
  interface Below {
    void write(ByteBuf piece);

    void end();

    long queued();
  }

  private final Below below;
  private Runnable onClose = () -> {};
  private boolean open = true;

  ResponseStream(Below below) {
    this.below = below;
  }

  /// Sends a piece and takes the buffer over; it leaves at the end of the loop's turn.
  public void write(ByteBuf piece) {
    if (open) {
      below.write(piece);
    } else {
      piece.release();
    }
  }

  /// Bytes written that the kernel has not taken yet.
  public long bytesQueued() {
    return below.queued();
  }

  /// Whether pieces still go anywhere.
  public boolean open() {
    return open;
  }

  /// Ends the body.
  public void close() {
    if (open) {
      open = false;
      below.end();
    }
  }

  /// Runs when the far end goes before [#close].
  public void onClose(Runnable gone) {
    onClose = gone;
  }

  void gone() {
    if (open) {
      open = false;
      onClose.run();
    }
  }
}
