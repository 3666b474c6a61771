package dev.madang.server.http;

import dev.madang.net.LanAddresses;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What TLS connections are opened with: the certificate that the configuration names, or one of
/// [LocalAuthority]. [#refresh()] puts a new one in force when files, addresses or time ask for it;
/// connections that are open keep the old one. [#handler] is for every loop, the rest works with
/// files and is not.
public final class Tls {
  /// @param certificate PEM file with the certificate and those that vouch for it; none: a local
  ///   authority is made
  /// @param key PEM file with its key
  /// @param names of this server besides its host name, for the local authority
  public record Config(
      boolean enabled, @Nullable Path certificate, @Nullable Path key, List<String> names) {
    public Config {
      if ((certificate == null) != (key == null)) {
        throw new IllegalArgumentException(
            "http.tls.certificate and http.tls.key go together; one of them is missing");
      }
    }

    public static Config defaults() {
      return new Config(true, null, null, List.of());
    }
  }

  private final Config config;
  private final Path folder;
  private volatile Current current;

  private record Current(
      SslContext context,
      Set<String> names,
      @Nullable TlsIdentity local,
      @Nullable FileTime changed) {}

  private Tls(Config config, Path folder) {
    this.config = config;
    this.folder = folder;
    current = load(null);
  }

  /// Loads or makes a certificate; secrets are kept in `folder`.
  ///
  /// @throws IllegalArgumentException with a sentence for whoever configured it
  public static Tls open(Config config, Path folder) {
    return new Tls(config, folder);
  }

  SslHandler handler(ByteBufAllocator allocator) {
    SslHandler handler = current.context().newHandler(allocator);
    // The loop's sweep watches over handshakes.
    handler.setHandshakeTimeoutMillis(0);
    return handler;
  }

  /// Looks whether another certificate is due and puts it in force. One that cannot be used is
  /// reported in the log, and the old one stays.
  void refresh() {
    try {
      current = load(current);
    } catch (RuntimeException e) {
      LOG.warn("The certificate was not renewed: {}", e.getMessage());
    }
  }

  /// The local authority's certificate, or null when the configuration named another.
  byte @Nullable [] authority() {
    TlsIdentity local = current.local();
    try {
      return local == null ? null : local.chain().getLast().getEncoded();
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The host names of the certificate, in small letters; some begin with `*.`.
  Set<String> names() {
    return current.names();
  }

  private static Set<String> names(X509Certificate certificate) throws GeneralSecurityException {
    Set<String> names = new LinkedHashSet<>();
    var subjects = certificate.getSubjectAlternativeNames();
    for (List<?> each : subjects == null ? List.<List<?>>of() : subjects) {
      if (each.getFirst().equals(DNS_NAME)) {
        names.add(String.valueOf(each.get(1)).toLowerCase(Locale.ROOT));
      }
    }
    return names;
  }

  private Current load(@Nullable Current before) {
    Path certificate = config.certificate();
    Path key = config.key();
    return certificate != null && key != null ? named(certificate, key, before) : local(before);
  }

  private static Current named(Path certificate, Path key, @Nullable Current before) {
    try (InputStream chain = Files.newInputStream(certificate);
        InputStream secret = Files.newInputStream(key)) {
      FileTime changed =
          later(Files.getLastModifiedTime(certificate), Files.getLastModifiedTime(key));
      if (before != null && changed.equals(before.changed())) {
        return before;
      }
      SslContext context = context(SslContextBuilder.forServer(chain, secret));
      if (before != null) {
        LOG.info("The certificate {} was read again", certificate);
      }
      return new Current(context, names(Pem.certificate(certificate)), null, changed);
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "http.tls: " + certificate + " and " + key + " cannot be used (" + reason(e) + ")", e);
    }
  }

  private Current local(@Nullable Current before) {
    Set<String> names = new LinkedHashSet<>(LanAddresses.names());
    for (String each : config.names()) {
      names.add(each.toLowerCase(Locale.ROOT));
    }
    TlsIdentity identity =
        new LocalAuthority(folder).identity(names, LanAddresses.all(), Instant.now());
    if (before != null
        && before.local() != null
        && before.local().chain().equals(identity.chain())) {
      return before;
    }
    try {
      return new Current(
          context(SslContextBuilder.forServer(identity.key(), identity.chain())),
          names,
          identity,
          null);
    } catch (SSLException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SslContext context(SslContextBuilder builder) throws SSLException {
    return builder
        .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
        .protocols("TLSv1.3", "TLSv1.2")
        .applicationProtocolConfig(
            new ApplicationProtocolConfig(
                Protocol.ALPN,
                SelectorFailureBehavior.NO_ADVERTISE,
                SelectedListenerFailureBehavior.ACCEPT,
                ApplicationProtocolNames.HTTP_2,
                ApplicationProtocolNames.HTTP_1_1))
        .build();
  }

  private static FileTime later(FileTime one, FileTime other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static String reason(Exception e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getClass().getSimpleName() + ": " + cause.getMessage();
  }

  /// RFC 5280, 4.2.1.6: `dNSName [2]`.
  private static final Integer DNS_NAME = 2;

  private static final Logger LOG = LoggerFactory.getLogger(Tls.class);
}
