using BenchmarkDotNet.Attributes;
using HybridLlm.Nebula.Keys;

namespace HybridLlm.Benchmarks.Nebula;

/// <summary>The signature under a certificate of usual size. NebulaReport sets it beside openssl.</summary>
[MemoryDiagnoser]
public class NebulaSignatureBenchmark
{
    private readonly byte[] _message = new byte[200];
    private CaKeyPair _key = null!;
    private byte[] _signature = [];

    [Params(NebulaCurve.Curve25519, NebulaCurve.P256)]
    public NebulaCurve Curve { get; set; }

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _key = CaKeyPair.Generate(Curve);
        _signature = await _key.SignAsync(_message);
    }

    [Benchmark(Baseline = true)]
    public ValueTask<byte[]> SignAsync() => _key.SignAsync(_message);

    [Benchmark]
    public bool Verify() => _key.PublicKey.Verify(_message, _signature);
}
