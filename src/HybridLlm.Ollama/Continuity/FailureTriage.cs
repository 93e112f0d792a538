using System.Net;

namespace HybridLlm.Ollama.Continuity;

/// <summary>What a failed answer deserves.</summary>
internal enum FailureVerdict
{
    /// <summary>Another server may do better.</summary>
    Migrate,

    /// <summary>The model repeats itself; going on would only repeat more.</summary>
    EndHere,

    /// <summary>The request itself is at fault and would fail anywhere.</summary>
    GiveUp,
}

/// <summary>Tells faults of a server from faults of a request. Ollama says 500 to both, so its words decide.</summary>
internal static class FailureTriage
{
    private static readonly string[] s_serverFaults =
    [
        "unexpected EOF",
        "no longer running",
        "timed out waiting",
        "runner has unexpectedly stopped",
        "connection refused",
        "connection reset",
    ];

    public static FailureVerdict Judge(OllamaException failure) =>
        failure switch
        {
            OllamaUnfinishedException { Repeating: true } => FailureVerdict.EndHere,
            OllamaUnfinishedException or OllamaCutException or OllamaStalledException or OllamaUnreachableException =>
                FailureVerdict.Migrate,
            OllamaErrorLineException line when IsServerFault(line.Error) => FailureVerdict.Migrate,
            OllamaResponseException
            {
                Status: HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout
            } => FailureVerdict.Migrate,
            OllamaResponseException { Status: HttpStatusCode.InternalServerError } response
                when IsServerFault(response.Error) => FailureVerdict.Migrate,
            _ => FailureVerdict.GiveUp,
        };

    /// <summary>True if the server refused a prompt because it is longer than its model remembers.</summary>
    public static bool IsTooLong(OllamaException failure) =>
        failure is OllamaResponseException { Status: HttpStatusCode.BadRequest } response
        && response.Error.Contains("exceed_context_size", StringComparison.Ordinal);

    private static bool IsServerFault(string error) =>
        s_serverFaults.Any(f => error.Contains(f, StringComparison.OrdinalIgnoreCase));
}
