using BenchmarkDotNet.Attributes;
using HybridLlm.Nebula.Certificates;
using HybridLlm.Nebula.Keys;

namespace HybridLlm.Benchmarks.Nebula;

/// <summary>Issuing, reading and verifying one certificate. NebulaReport sets it beside spawning nebula-cert.</summary>
[MemoryDiagnoser]
public class NebulaCertificateBenchmark
{
    private NebulaSample _sample = null!;
    private CaPool _pool = null!;
    private NebulaCertificate _certificate = null!;
    private string _pem = "";

    [Params(NebulaCurve.Curve25519, NebulaCurve.P256)]
    public NebulaCurve Curve { get; set; }

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _sample = await NebulaSample.CreateAsync(Curve);
        _certificate = await _sample.IssueAsync();
        _pool = new CaPool([_sample.Authority.Certificate]);
        _pem = _certificate.ToPem();
    }

    [Benchmark(Baseline = true)]
    public Task<NebulaCertificate> IssueAsync() => _sample.IssueAsync();

    [Benchmark]
    public NebulaCertificate Parse() => NebulaCertificate.ParsePem(_pem);

    [Benchmark]
    public bool Verify() => _pool.Verify(_certificate, _certificate.NotBefore).IsValid;
}
