package dev.madang.compare;

/// One end of bare datagrams, in a [Simulation].
///
/// @param to hears them at the other end
record SimulatedDatagrams(Simulation.Path path, int size, Simulation.Heard to)
    implements Simulation.End {
  @Override
  public void send(int number, long now) {
    path.carry(size + HEADERS, time -> to.heard(number, time));
  }

  @Override
  public void tick(long now) {}

  @Override
  public long deadline() {
    return Long.MAX_VALUE;
  }

  /** IPv4 and UDP. */
  private static final int HEADERS = 28;
}
