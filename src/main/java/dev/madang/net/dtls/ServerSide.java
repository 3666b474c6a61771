package dev.madang.net.dtls;

import java.io.IOException;
import java.util.Hashtable;
import org.bouncycastle.tls.AbstractTlsServer;
import org.bouncycastle.tls.Certificate;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.ClientCertificateType;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsSRTPUtils;

/** How we answer in BouncyCastle's handshake of a server. */
@SuppressWarnings({"rawtypes", "unchecked"})
final class ServerSide extends AbstractTlsServer {
  private final Agreement agreement;

  ServerSide(Agreement agreement) {
    super(agreement.crypto());
    this.agreement = agreement;
  }

  @Override
  public Hashtable getServerExtensions() throws IOException {
    Hashtable extensions = super.getServerExtensions();
    TlsSRTPUtils.addUseSRTPExtension(
        extensions, agreement.choose(TlsSRTPUtils.getUseSRTPExtension(clientExtensions)));
    return extensions;
  }

  @Override
  public CertificateRequest getCertificateRequest() {
    return new CertificateRequest(
        new short[] {ClientCertificateType.ecdsa_sign, ClientCertificateType.rsa_sign},
        Agreement.signatures(),
        null);
  }

  @Override
  public void notifyClientCertificate(Certificate chain) throws IOException {
    agreement.verify(chain);
  }

  @Override
  public TlsCredentials getCredentials() throws IOException {
    return agreement.credentials(context);
  }

  @Override
  public void notifyHandshakeComplete() throws IOException {
    super.notifyHandshakeComplete();
    agreement.complete(context);
  }

  /// RFC 5764 §4.2 takes the keys from an exporter, which RFC 7627 §5.4 ties to the extended master
  /// secret.
  @Override
  public boolean requiresExtendedMasterSecret() {
    return true;
  }

  /** There is no renegotiation that would have to be secure. */
  @Override
  public void notifySecureRenegotiation(boolean secure) {}

  /** The fingerprint says whose it is, whoever signed it and how. */
  @Override
  public boolean shouldCheckSigAlgOfPeerCerts() {
    return false;
  }

  @Override
  public int[] getSupportedGroups() {
    return Agreement.GROUPS.clone();
  }

  @Override
  public int getHandshakeTimeoutMillis() {
    return agreement.deadlineMillis();
  }

  @Override
  public int getHandshakeResendTimeMillis() {
    return agreement.retransmissionMillis();
  }

  @Override
  protected ProtocolVersion[] getSupportedVersions() {
    return ProtocolVersion.DTLSv12.only();
  }

  @Override
  protected int[] getSupportedCipherSuites() {
    return Agreement.ECDSA_SUITES.clone();
  }

  @Override
  protected boolean preferLocalCipherSuites() {
    return true;
  }
}
