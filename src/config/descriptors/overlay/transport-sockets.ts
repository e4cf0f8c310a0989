/** What the installed `.proto` files lack: transport sockets. */
export const TRANSPORT_SOCKETS = `
message envoy.extensions.transport_sockets.dynamic_modules.v3.DynamicModuleTransportSocket
  1 dynamic_module_config envoy.extensions.dynamic_modules.v3.DynamicModuleConfig {"required":true}
  2 transport_socket_name string {"min_len":1}
  3 transport_socket_config .Any
  4 implements_secure_transport bool

message envoy.extensions.transport_sockets.http_11_proxy.v3.Http11ProxyUpstreamTransport
  1 transport_socket envoy.config.core.v3.TransportSocket
  2 default_proxy_address envoy.config.core.v3.Address

message envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport
  3 allow_unspecified_address bool
  4 tlv_as_pool_key bool

message envoy.extensions.transport_sockets.quic.v3.QuicDownstreamTransport
  3 enable_resumption .BoolValue

message envoy.extensions.transport_sockets.tap.v3.SocketTapConfig
  1 set_connection_per_event bool
  2 stats_prefix string

message envoy.extensions.transport_sockets.tap.v3.Tap
  3 socket_tap_config envoy.extensions.transport_sockets.tap.v3.SocketTapConfig

message envoy.extensions.transport_sockets.tls.cert_mappers.filter_state_override.v3.Config
  1 default_value string {"min_len":1}

message envoy.extensions.transport_sockets.tls.cert_mappers.sni.v3.SNI
  1 default_value string {"min_len":1}

message envoy.extensions.transport_sockets.tls.cert_mappers.static_name.v3.StaticName
  1 name string {"min_len":1}

message envoy.extensions.transport_sockets.tls.cert_selectors.on_demand_secret.v3.Config
  1 config_source envoy.config.core.v3.ConfigSource {"required":true}
  2 certificate_mapper envoy.config.core.v3.TypedExtensionConfig {"required":true}
  3 prefetch_secret_names repeated string

message envoy.extensions.transport_sockets.tls.cert_validator.dynamic_modules.v3.DynamicModuleCertValidatorConfig
  1 dynamic_module_config envoy.extensions.dynamic_modules.v3.DynamicModuleConfig {"required":true}
  2 validator_name string {"min_len":1}
  3 validator_config .Any

message envoy.extensions.transport_sockets.tls.handshakers.dynamic_modules.v3.DynamicModuleTlsHandshaker
  1 dynamic_module_config envoy.extensions.dynamic_modules.v3.DynamicModuleConfig {"required":true}
  2 handshaker_name string {"min_len":1}
  3 handshaker_config .Any

message envoy.extensions.transport_sockets.tls.v3.CertificateProviderPluginInstance
  1 instance_name string {"min_len":1}

message envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext
  18 suppress_client_ca_list bool

message envoy.extensions.transport_sockets.tls.v3.CommonTlsContext
  16 custom_tls_certificate_selector envoy.config.core.v3.TypedExtensionConfig

message envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
  11 prefer_client_ciphers bool

message envoy.extensions.transport_sockets.tls.v3.GenericSecret
  2 secrets map<string,envoy.config.core.v3.DataSource> sensitive

message envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig
  2 trust_bundles envoy.config.core.v3.DataSource

message envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig.TrustDomain
  3 workload_trust_domain string

message envoy.extensions.transport_sockets.tls.v3.TlsCertificate
  9 tls_params envoy.extensions.transport_sockets.tls.v3.TlsParameters

message envoy.extensions.transport_sockets.tls.v3.TlsParameters
  6 compliance_policies repeated envoy.extensions.transport_sockets.tls.v3.TlsParameters.CompliancePolicy {"max_items":1}

enum envoy.extensions.transport_sockets.tls.v3.TlsParameters.CompliancePolicy
  0 FIPS_202205
  1 CNSA2_202603
  2 CNSA1_202603

message envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
  6 auto_host_sni bool
  7 auto_sni_san_validation bool
  5 enforce_rsa_key_usage .BoolValue deprecated
`;
