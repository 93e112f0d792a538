using System.Text.Json.Nodes;
using HybridLlm.Testing.Kubernetes.Kinds;

namespace HybridLlm.Testing.Kubernetes.Serving;

/// <summary>A request that is answered with a Status of failure.</summary>
internal sealed class ApiFailure(int status, string? reason, string message, JsonObject? details = null)
    : Exception(message)
{
    public int Status => status;

    /// <summary>Null where a real server gives none.</summary>
    public string? Reason => reason;

    /// <summary>Sent as <c>Retry-After</c>, seconds; null sends none.</summary>
    public int? RetryAfter { get; init; }

    public static ApiFailure NotFound(ResourceKind kind, string name) =>
        new(404, "NotFound", $"{kind.Resource} \"{name}\" not found", Details(kind, name));

    public static ApiFailure AlreadyExists(ResourceKind kind, string name) =>
        new(409, "AlreadyExists", $"{kind.Resource} \"{name}\" already exists", Details(kind, name));

    public static ApiFailure Conflict(
        ResourceKind kind,
        string name,
        string why = "the object has been modified; please apply your changes to the latest version and try again"
    ) =>
        new(
            409,
            "Conflict",
            $"Operation cannot be fulfilled on {kind.Resource} \"{name}\": {why}",
            Details(kind, name)
        );

    public static ApiFailure BadRequest(string message) => new(400, "BadRequest", message);

    public static ApiFailure Forbidden(ResourceKind kind, string name, string why, JsonArray? causes = null)
    {
        var details = Details(kind, name);
        if (causes is not null)
        {
            details["causes"] = causes;
        }

        return new ApiFailure(
            403,
            "Forbidden",
            name.Length == 0
                ? $"{kind.Resource} is forbidden: {why}"
                : $"{kind.Resource} \"{name}\" is forbidden: {why}",
            details
        );
    }

    public static ApiFailure MethodNotAllowed() =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", []);

    public static ApiFailure UnsupportedPatch(IEnumerable<string> accepted) =>
        new(
            415,
            "UnsupportedMediaType",
            "the body of the request was in an unknown format - accepted media types include: "
                + string.Join(", ", accepted)
        );

    /// <summary>A JSON patch that did not apply: the server says no more than this.</summary>
    public static ApiFailure PatchFailed() =>
        new(422, "Invalid", "the server rejected our request due to an error in our request", []);

    public static ApiFailure Expired(string message) => new(410, "Expired", message);

    public static ApiFailure VersionTooLarge(long asked, long current) =>
        new(
            504,
            "Timeout",
            $"Timeout: Too large resource version: {asked}, current: {current}",
            new JsonObject
            {
                ["causes"] = new JsonArray(
                    new JsonObject
                    {
                        ["reason"] = "ResourceVersionTooLarge",
                        ["message"] = "Too large resource version",
                    }
                ),
                ["retryAfterSeconds"] = 1,
            }
        )
        {
            RetryAfter = 1,
        };

    public static ApiFailure Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    /// <summary>What a server answers of itself with a status, when there is nothing wrong with the request.</summary>
    public static ApiFailure OnPurpose(int status) =>
        status switch
        {
            401 => Unauthorized(),
            409 => new ApiFailure(
                409,
                "Conflict",
                "Operation cannot be fulfilled: the object has been modified; please apply your changes to the latest version and try again"
            ),
            410 => Expired("The resourceVersion for the provided watch is too old."),
            429 => new ApiFailure(
                429,
                "TooManyRequests",
                "the server has received too many requests and has asked us to try again later"
            )
            {
                RetryAfter = 1,
            },
            500 => new ApiFailure(500, "InternalError", "Internal error occurred: injected fault"),
            503 => new ApiFailure(503, "ServiceUnavailable", "the server is currently unable to handle the request")
            {
                RetryAfter = 1,
            },
            504 => new ApiFailure(504, "Timeout", "Timeout: request did not complete within the allotted timeout"),
            _ => new ApiFailure(status, null, $"injected fault {status}"),
        };

    /// <summary>Every fault of an object at once.</summary>
    public static ApiFailure Invalid(string group, string kind, string name, IReadOnlyList<FieldFault> faults)
    {
        JsonObject details = [];
        AddIfAny(details, "name", name);
        AddIfAny(details, "group", group);
        details["kind"] = kind;
        details["causes"] = new JsonArray([.. faults.Select(f => f.ToCause())]);
        var list = string.Join(", ", faults.Select(f => f.ToString()));
        var qualified = group.Length == 0 ? kind : $"{kind}.{group}";
        return new ApiFailure(
            422,
            "Invalid",
            $"{qualified} \"{name}\" is invalid: {(faults.Count == 1 ? list : $"[{list}]")}",
            details
        );
    }

    public static ApiFailure Invalid(ResourceKind kind, string name, IReadOnlyList<FieldFault> faults) =>
        Invalid(kind.Group, kind.Kind, name, faults);

    public JsonObject ToStatus()
    {
        JsonObject body = new()
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = Message,
        };
        AddIfAny(body, "reason", reason ?? "");
        if (details is not null)
        {
            body["details"] = details.DeepClone();
        }

        body["code"] = status;
        return body;
    }

    private static JsonObject Details(ResourceKind kind, string name)
    {
        JsonObject details = [];
        AddIfAny(details, "name", name);
        AddIfAny(details, "group", kind.Group);
        details["kind"] = kind.Plural;
        return details;
    }

    private static void AddIfAny(JsonObject target, string name, string value)
    {
        if (value.Length > 0)
        {
            target[name] = value;
        }
    }
}
