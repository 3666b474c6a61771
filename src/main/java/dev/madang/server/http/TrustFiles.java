package dev.madang.server.http;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;

/// Hands out the local authority's certificate, in the form that each system installs. Lives on
/// whichever loop asks.
public final class TrustFiles {
  private final Tls tls;

  public TrustFiles(Tls tls) {
    this.tls = tls;
  }

  public void addTo(Router router) {
    router
        .get("/trust/madang-ca.crt", exchange -> answer(exchange, false))
        .get("/trust/madang-ca.mobileconfig", exchange -> answer(exchange, true));
  }

  private void answer(Exchange exchange, boolean profile) {
    byte[] authority = tls.authority();
    if (authority == null) {
      exchange.respond(404, "This server's certificate was not made by itself: nothing to trust.");
    } else if (profile) {
      exchange.respond(
          200,
          "application/x-apple-aspen-config",
          profile(authority),
          "content-disposition",
          "attachment; filename=\"madang-ca.mobileconfig\"",
          "cache-control",
          "no-cache");
    } else {
      exchange.respond(
          200,
          "application/x-x509-ca-cert",
          Pem.encode("CERTIFICATE", authority),
          "content-disposition",
          "attachment; filename=\"madang-ca.crt\"",
          "cache-control",
          "no-cache");
    }
  }

  /// A configuration profile, which iOS offers to install when it is opened.
  private static String profile(byte[] authority) {
    String id = UUID.nameUUIDFromBytes(authority).toString();
    String inner = UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.US_ASCII)).toString();
    return PROFILE
        .replace("BASE64", Base64.getMimeEncoder().encodeToString(authority))
        .replace("INNER", inner)
        .replace("OUTER", id);
  }

  private static final String PROFILE =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
      <plist version="1.0">
      <dict>
        <key>PayloadContent</key>
        <array>
          <dict>
            <key>PayloadCertificateFileName</key>
            <string>madang-ca.crt</string>
            <key>PayloadContent</key>
            <data>
      BASE64
            </data>
            <key>PayloadDisplayName</key>
            <string>Madang local certificate authority</string>
            <key>PayloadIdentifier</key>
            <string>dev.madang.ca.INNER</string>
            <key>PayloadType</key>
            <string>com.apple.security.root</string>
            <key>PayloadUUID</key>
            <string>INNER</string>
            <key>PayloadVersion</key>
            <integer>1</integer>
          </dict>
        </array>
        <key>PayloadDisplayName</key>
        <string>Madang</string>
        <key>PayloadDescription</key>
        <string>Lets this device trust the Madang server of your own network.</string>
        <key>PayloadIdentifier</key>
        <string>dev.madang.trust.OUTER</string>
        <key>PayloadType</key>
        <string>Configuration</string>
        <key>PayloadUUID</key>
        <string>OUTER</string>
        <key>PayloadVersion</key>
        <integer>1</integer>
      </dict>
      </plist>
      """;
}
