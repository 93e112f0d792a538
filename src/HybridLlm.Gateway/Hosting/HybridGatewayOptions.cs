using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace HybridLlm.Gateway.Hosting;

/// <summary>What a gateway serves and to whom. Bound from the configuration section <c>Gateway</c> where there is one.</summary>
public sealed class HybridGatewayOptions
{
    /// <summary>Roots of the Ollama servers at home, e.g. <c>http://127.0.0.1:11434</c>. They are asked before a cluster's rented node.</summary>
    public IList<Uri> Backends { get; } = [];

    /// <summary>Answers one server at home gives at once; more wait, or go to the rented node. 0, the default, is without limit.</summary>
    [Range(0, 100_000)]
    public int BackendParallel { get; set; }

    /// <summary>Answers the rented node is sent at once; more wait in order of arrival. 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int NodeParallel { get; set; } = 64;

    /// <summary>How often each server at home is looked at, seconds; 0.05 to 3600.</summary>
    [Range(0.05, 3600)]
    public double ProbeSeconds { get; set; } = 2;

    /// <summary>Requests that may wait, per model; one more is refused. 0 to 1,000,000.</summary>
    [Range(0, 1_000_000)]
    public int MaxHeld { get; set; } = 10_000;

    /// <summary>Longest a request waits for a server, seconds; then it is refused. 1 to 86,400.</summary>
    [Range(1, 86_400)]
    public double MaxHoldSeconds { get; set; } = 900;

    /// <summary>Longest an answer that has begun waits for a server to come back when none is left, seconds; 0 to 86,400.</summary>
    [Range(0, 86_400)]
    public double ReturnSeconds { get; set; } = 60;

    /// <summary>
    /// Silence after which a streaming client is sent a sign of life, seconds; 0 never does. The first one commits HTTP 200, so that
    /// a later fault can only be told inside the stream. 0 to 3600.
    /// </summary>
    [Range(0, 3600)]
    public double HeartbeatSeconds { get; set; } = 15;

    /// <summary>Longest silence of a server that has begun to answer, seconds; then it counts as lost. 1 to 86,400.</summary>
    [Range(1, 86_400)]
    public double StallSeconds { get; set; } = 120;

    /// <summary>
    /// Whether an answer may go on at a server of another version than the one it began at. Its text is then not called exact; nothing is
    /// lost or doubled either way. By default it waits for a server of the same version, or fails.
    /// </summary>
    public bool AllowOtherVersions { get; set; }

    /// <summary>How long a model the gateway loads at home stays unused, seconds; negative for ever; null for the server's own setting.</summary>
    public double? KeepAliveSeconds { get; set; }

    /// <summary>Largest request body, bytes; images are part of it. 1,024 to 1 GiB.</summary>
    [Range(1024, 1 << 30)]
    public long MaxBodyBytes { get; set; } = 32 << 20;

    /// <summary>What an hour of a server at home costs, USD, for the figures of cost; 0 or more.</summary>
    [Range(0, 10_000)]
    public decimal BackendHourlyUsd { get; set; }

    /// <summary>Who may ask. Empty: everybody on this machine and nobody else.</summary>
    [ValidateEnumeratedItems]
    public IList<GatewayKey> Keys { get; } = [];
}

/// <summary>One who may ask.</summary>
public sealed class GatewayKey
{
    /// <summary>Name in metrics and messages; no secret.</summary>
    [Required]
    public string Name { get; set; } = "";

    /// <summary>SHA-256 of the key, 64 hex digits: <c>printf %s "$KEY" | sha256sum</c>. Use a random key of 20 characters or more.</summary>
    [Required]
    [RegularExpression("[0-9a-fA-F]{64}")]
    public string Sha256 { get; set; } = "";

    /// <summary>Models it may use; empty for all.</summary>
    public IList<string> Models { get; } = [];

    /// <summary>May drain servers and see their addresses, at <c>/gateway/backends</c>. Without keys this machine may.</summary>
    public bool Operator { get; set; }

    /// <summary>Requests it may have at once, held ones counted; 0 is without limit.</summary>
    [Range(0, 1_000_000)]
    public int MaxConcurrent { get; set; }

    /// <summary>Tokens, prompt and answer, it may use in a day UTC; 0 is without limit.</summary>
    [Range(0, long.MaxValue)]
    public long TokensPerDay { get; set; }

    /// <summary>USD its answers may cost in a day UTC; 0 is without limit.</summary>
    [Range(0, 1_000_000)]
    public decimal UsdPerDay { get; set; }
}

[OptionsValidator]
internal sealed partial class HybridGatewayFieldValidator : IValidateOptions<HybridGatewayOptions>;

/// <summary>All faults of the options at once.</summary>
internal sealed class HybridGatewayOptionsValidator : IValidateOptions<HybridGatewayOptions>
{
    private readonly HybridGatewayFieldValidator _fields = new();

    public ValidateOptionsResult Validate(string? name, HybridGatewayOptions options)
    {
        ValidateOptionsResultBuilder faults = new();
        faults.AddResult(_fields.Validate(name, options));
        for (var i = 0; i < options.Backends.Count; i++)
        {
            if (Fault(options.Backends[i]) is { } fault)
            {
                faults.AddError(fault, $"Backends:{i}");
            }
        }

        foreach (var twice in Twice(options.Backends.Select(b => b.OriginalString.TrimEnd('/'))))
        {
            faults.AddError($"{twice} is given twice.", nameof(options.Backends));
        }

        foreach (var twice in Twice(options.Keys.Select(k => k.Name)).Concat(Twice(options.Keys.Select(k => k.Sha256))))
        {
            faults.AddError($"{twice} is given twice.", nameof(options.Keys));
        }

        return faults.Build();
    }

    private static string? Fault(Uri address) =>
        address.IsAbsoluteUri && address.Scheme is "http" or "https" && address.PathAndQuery == "/"
            ? null
            : $"{address.OriginalString} is not the root of a server, as http://127.0.0.1:11434 is.";

    private static IEnumerable<string> Twice(IEnumerable<string> values) =>
        values.GroupBy(v => v, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1).Select(g => g.Key);
}
