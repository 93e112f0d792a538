using HybridLlm.Nebula.Certificates;

namespace NebulaCert;

/// <summary><c>verify</c>: every certificate of a file against trusted authorities, now. An empty file is a failure.</summary>
internal static class VerifyMode
{
    public static readonly Mode Mode = new(
        "verify",
        "verifies a certificate isn't expired and was signed by a trusted authority.",
        [
            new("ca", "Required: path to a file containing one or more ca certificates"),
            new("crt", "Required: path to a file containing certificates"),
        ],
        RunAsync
    );

    private static async Task<int> RunAsync(Options options)
    {
        var (ca, crt) = (options.Required("ca"), options.Required("crt"));
        Files.AtMostOneStandard(options, "input may read from stdin", "ca", "crt");
        var pool = CaPool.ParsePem(await Files.ReadAsync(ca));
        var now = TimeProvider.System.GetUtcNow();
        var faults = NebulaCertificate
            .ParseBundle(await Files.ReadAsync(crt))
            .Select(c => pool.Verify(c, now).Fault)
            .OfType<HybridLlm.Nebula.NebulaFault>()
            .ToList();
        faults.ForEach(f => Console.Error.WriteLine($"Error: {f}"));
        return faults.Count == 0 ? 0 : 1;
    }
}
