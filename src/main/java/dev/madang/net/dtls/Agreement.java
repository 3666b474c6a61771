package dev.madang.net.dtls;

import dev.madang.protocol.dtls.SecureRecords;
import dev.madang.protocol.sdp.Fingerprint;
import dev.madang.protocol.srtp.SrtpProfile;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Vector;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.EncryptionAlgorithm;
import org.bouncycastle.tls.ExporterLabel;
import org.bouncycastle.tls.NamedGroup;
import org.bouncycastle.tls.SignatureAndHashAlgorithm;
import org.bouncycastle.tls.SignatureScheme;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentialedSigner;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.UseSRTPData;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.TlsCipher;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.impl.TlsImplUtils;
import org.bouncycastle.tls.crypto.impl.bc.BcDefaultTlsCredentialedSigner;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;
import org.jspecify.annotations.Nullable;

/// What both sides of a handshake agree to, and what comes of it. Lives on the handshake's thread.
final class Agreement {
  private final DtlsIdentity identity;
  private final List<Fingerprint> expected;
  private final Dtls.Config config;
  private final Crypto crypto;
  private final Runnable progress;
  private @Nullable SrtpProfile profile;
  private @Nullable SrtpKeys keys;

  /// @param progress runs when the far end has shown the right certificate
  Agreement(Dtls dtls, List<Fingerprint> expected, Runnable progress) {
    this.identity = dtls.identity();
    this.expected = expected;
    this.config = dtls.config();
    this.crypto = new Crypto(dtls);
    this.progress = progress;
  }

  BcTlsCrypto crypto() {
    return crypto;
  }

  int deadlineMillis() {
    return (int) config.deadline().toMillis();
  }

  int retransmissionMillis() {
    return (int) config.retransmission().toMillis();
  }

  /// The certificate that far ends know, and its key.
  TlsCredentialedSigner credentials(TlsContext context) throws IOException {
    TlsCertificate certificate = crypto.createCertificate(identity.certificate());
    return new BcDefaultTlsCredentialedSigner(
        new TlsCryptoParameters(context),
        crypto,
        identity.key(),
        new Certificate(new TlsCertificate[] {certificate}),
        SignatureScheme.getSignatureAndHashAlgorithm(SignatureScheme.ecdsa_secp256r1_sha256));
  }

  /// RFC 8827 §6.5 with RFC 5763 §5: "the certificate presented during the DTLS handshake MUST
  /// match one of the fingerprints exchanged via the signaling".
  void verify(Certificate chain) throws IOException {
    if (chain.isEmpty()) {
      throw new TlsFatalAlert(AlertDescription.bad_certificate, "the far end has no certificate");
    }
    if (!CertificateHash.fitsOneOf(expected, chain.getCertificateAt(0).getEncoded())) {
      throw new TlsFatalAlert(
          AlertDescription.bad_certificate, "the far end's certificate has another fingerprint");
    }
    progress.run();
  }

  /// As a server: the first of ours that the client has too.
  UseSRTPData choose(@Nullable UseSRTPData offered) throws IOException {
    if (offered != null) {
      for (SrtpProfile ours : SrtpProfile.values()) {
        if (Arrays.stream(offered.getProtectionProfiles()).anyMatch(id -> id == ours.id())) {
          profile = ours;
          return new UseSRTPData(new int[] {ours.id()}, null);
        }
      }
    }
    throw new TlsFatalAlert(
        AlertDescription.handshake_failure, "no SRTP protection profile in common");
  }

  /// As a client: all of ours.
  static UseSRTPData offer() {
    return new UseSRTPData(
        Arrays.stream(SrtpProfile.values()).mapToInt(SrtpProfile::id).toArray(), null);
  }

  /// As a client: what the server chose.
  void accept(@Nullable UseSRTPData chosen) throws IOException {
    int[] ids = chosen == null ? new int[0] : chosen.getProtectionProfiles();
    profile = ids.length == 1 ? SrtpProfile.of(ids[0]) : null;
    if (profile == null) {
      throw new TlsFatalAlert(
          AlertDescription.illegal_parameter, "no SRTP protection profile was chosen");
    }
  }

  /// The handshake is complete: the master secret is there, and only now.
  void complete(TlsContext context) throws IOException {
    if (profile == null) {
      throw new TlsFatalAlert(AlertDescription.internal_error);
    }
    byte[] exported =
        context.exportKeyingMaterial(ExporterLabel.dtls_srtp, null, SrtpKeys.exportLength(profile));
    keys = SrtpKeys.split(profile, exported, !context.isServer());
  }

  SrtpKeys keys() throws IOException {
    if (keys == null) {
      throw new TlsFatalAlert(AlertDescription.internal_error);
    }
    return keys;
  }

  SecureRecords records(long nextSequence) throws IOException {
    if (crypto.local == null || crypto.remote == null) {
      throw new TlsFatalAlert(AlertDescription.internal_error);
    }
    return new SecureRecords(crypto.local, crypto.remote, nextSequence);
  }

  @SuppressWarnings("JdkObsolete") // BouncyCastle's
  static Vector<SignatureAndHashAlgorithm> signatures() {
    Vector<SignatureAndHashAlgorithm> algorithms = new Vector<>();
    for (int scheme : SIGNATURES) {
      algorithms.add(SignatureScheme.getSignatureAndHashAlgorithm(scheme));
    }
    return algorithms;
  }

  /// Keeps the keys of the record layer as they are made, since an established session does without
  /// BouncyCastle.
  private static final class Crypto extends BcTlsCrypto {
    private SecureRecords.@Nullable Keys local;
    private SecureRecords.@Nullable Keys remote;

    Crypto(Dtls dtls) {
      super(dtls.random());
    }

    @Override
    public TlsCipher createCipher(
        TlsCryptoParameters parameters, int encryptionAlgorithm, int macAlgorithm)
        throws IOException {
      int key =
          switch (encryptionAlgorithm) {
            case EncryptionAlgorithm.AES_128_GCM -> 16;
            case EncryptionAlgorithm.AES_256_GCM -> 32;
            default -> throw new TlsFatalAlert(AlertDescription.internal_error);
          };
      // RFC 5246 §6.3 and RFC 5288 §3: client key, server key, client nonce, server nonce.
      byte[] block = TlsImplUtils.calculateKeyBlock(parameters, 2 * (key + 4));
      SecureRecords.Keys client =
          new SecureRecords.Keys(
              Arrays.copyOf(block, key), Arrays.copyOfRange(block, 2 * key, 2 * key + 4));
      SecureRecords.Keys server =
          new SecureRecords.Keys(
              Arrays.copyOfRange(block, key, 2 * key),
              Arrays.copyOfRange(block, 2 * key + 4, 2 * key + 8));
      local = parameters.isServer() ? server : client;
      remote = parameters.isServer() ? client : server;
      return super.createCipher(parameters, encryptionAlgorithm, macAlgorithm);
    }
  }

  static final int[] ECDSA_SUITES = {
    CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
  };

  /// What a client may be served with: some servers have a certificate of RSA.
  static final int[] ALL_SUITES = {
    CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
  };

  @SuppressWarnings("JdkObsolete") // BouncyCastle's
  static Vector<Integer> groups() {
    Vector<Integer> groups = new Vector<>();
    for (int group : GROUPS) {
      groups.add(group);
    }
    return groups;
  }

  static final int[] GROUPS = {NamedGroup.x25519, NamedGroup.secp256r1};

  private static final int[] SIGNATURES = {
    SignatureScheme.ecdsa_secp256r1_sha256,
    SignatureScheme.ecdsa_secp384r1_sha384,
    SignatureScheme.rsa_pss_rsae_sha256,
    SignatureScheme.rsa_pkcs1_sha256,
    SignatureScheme.rsa_pkcs1_sha384,
    SignatureScheme.rsa_pkcs1_sha512
  };
}
