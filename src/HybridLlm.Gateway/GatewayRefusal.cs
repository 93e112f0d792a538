using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace HybridLlm.Gateway;

/// <summary>What a refusal is about; each protocol has its own words for it.</summary>
internal enum RefusalKind
{
    /// <summary>The request is not what the protocol says.</summary>
    Invalid,

    /// <summary>No key, or one nobody has.</summary>
    Unauthenticated,

    /// <summary>Not for this caller, or not offered at all.</summary>
    Forbidden,

    /// <summary>No such model or path.</summary>
    NotFound,

    /// <summary>Larger than allowed.</summary>
    TooLarge,

    /// <summary>More than this caller may have.</summary>
    TooMany,

    /// <summary>No server now; later perhaps.</summary>
    Unavailable,

    /// <summary>A server failed.</summary>
    Upstream,
}

/// <summary>A request the gateway does not answer, in words for the client.</summary>
internal sealed class GatewayRefusal(
    RefusalKind kind,
    string message,
    TimeSpan? retryAfter = null,
    int? position = null,
    Exception? cause = null
) : Exception(message, cause)
{
    public RefusalKind Kind => kind;

    /// <summary>When to try again; null if the same request will fail again.</summary>
    public TimeSpan? RetryAfter => retryAfter;

    /// <summary>Place in the queue the request would have had; null if it is not about one.</summary>
    public int? Position => position;

    /// <summary>Status of a server that is passed on; null for the one of <see cref="Kind"/>.</summary>
    public int? UpstreamStatus { get; init; }

    public int Status =>
        UpstreamStatus
        ?? kind switch
        {
            RefusalKind.Invalid => StatusCodes.Status400BadRequest,
            RefusalKind.Unauthenticated => StatusCodes.Status401Unauthorized,
            RefusalKind.Forbidden => StatusCodes.Status403Forbidden,
            RefusalKind.NotFound => StatusCodes.Status404NotFound,
            RefusalKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
            RefusalKind.TooMany => StatusCodes.Status429TooManyRequests,
            RefusalKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status502BadGateway,
        };

    /// <summary>Sets status and headers of a response that has not begun.</summary>
    public void Apply(HttpResponse response)
    {
        response.StatusCode = Status;
        if (retryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds))
                .ToString(CultureInfo.InvariantCulture);
        }

        if (position is { } place)
        {
            response.Headers["X-Queue-Position"] = place.ToString(CultureInfo.InvariantCulture);
        }
    }
}
