package dev.madang.protocol.sctp;

/** The output of an association's parts: once it is over, nothing that happens above comes out. */
final class WhileItLasts implements SctpAssociation.Output {
  private final SctpAssociation.Output output;
  private boolean over;

  WhileItLasts(SctpAssociation.Output output) {
    this.output = output;
  }

  void end() {
    over = true;
  }

  @Override
  public void send(byte[] packet, int offset, int length) {
    output.send(packet, offset, length);
  }

  @Override
  public void established(boolean anew) {
    if (!over) {
      output.established(anew);
    }
  }

  @Override
  public void message(int stream, int ppid, byte[] bytes, int offset, int length) {
    if (!over) {
      output.message(stream, ppid, bytes, offset, length);
    }
  }

  @Override
  public void bufferedAmountLow(int stream) {
    if (!over) {
      output.bufferedAmountLow(stream);
    }
  }

  @Override
  public void incomingReset(int stream) {
    if (!over) {
      output.incomingReset(stream);
    }
  }

  @Override
  public void outgoingReset(int stream) {
    if (!over) {
      output.outgoingReset(stream);
    }
  }

  @Override
  public void closed(SctpClosed reason, String detail) {
    output.closed(reason, detail);
  }
}
