package dev.madang.server.webrtc;

import java.util.List;
import java.util.Map;

/// How one far end's connection goes, measured between two looks at it. Immutable.
///
/// @param tcp whether it goes over TCP
/// @param bits a second, without what is sent again
/// @param loss the share of packets lost, 0-1
/// @param roundTripMillis below 0 where nobody has measured it: who only sends is not asked
/// @param layers bits a second of each layer of what it sends, the smallest picture first
public record Vitals(
    boolean tcp, long bits, double loss, double roundTripMillis, Map<Source, List<Long>> layers) {}
