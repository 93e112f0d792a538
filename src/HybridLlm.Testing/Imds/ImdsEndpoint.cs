using System.Globalization;
using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Ec2.Instances;
using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.Imds;

/// <summary>
/// The instance metadata service of every instance, under <c>/imds/&lt;instance id&gt;/</c>, with version 2's session
/// tokens.
/// </summary>
internal sealed class ImdsEndpoint(CloudState cloud)
{
    public const string Root = "imds";

    private const string LifeHeader = "X-aws-ec2-metadata-token-ttl-seconds";
    private const string TokenHeader = "X-aws-ec2-metadata-token";
    private const string Plain = "text/plain";

    public static bool IsMeant(RawRequest request) =>
        request.RawPath.StartsWith($"/{Root}/i-", StringComparison.Ordinal);

    /// <summary>The answer, or null when there is no such machine or it has no power: nobody answers then.</summary>
    public Reply? Answer(RawRequest request)
    {
        var parts = request.Path.Split('/', 4);
        lock (cloud.Gate)
        {
            var instance = cloud.Regions.SelectMany(r => r.All<Instance>()).FirstOrDefault(i => i.Id == parts[2]);
            if (instance?.State != InstanceState.Running)
            {
                return null;
            }

            var path = parts.Length > 3 ? parts[3] : "";
            return instance.Metadata.HttpEndpoint == "disabled" ? Status(403)
                : path == "latest/api/token" ? Issue(instance, request)
                : request.Method != "GET" ? Status(405)
                : Read(instance, request, path);
        }
    }

    private Reply Issue(Instance instance, RawRequest request)
    {
        if (request.Method != "PUT")
        {
            return Status(405);
        }

        // Version 2 refuses to hand a token through a proxy.
        if (request.Header("X-Forwarded-For") is not null)
        {
            return Status(403);
        }

        return ImdsTokens.ReadLife(request.Header(LifeHeader)) is { } seconds
            ? Reply.Text(instance.ImdsTokens.Issue(seconds, cloud.Now), Plain) with
            {
                Headers = LifeOf(seconds),
            }
            : Status(400);
    }

    private Reply Read(Instance instance, RawRequest request, string path)
    {
        IReadOnlyDictionary<string, string> headers = new Dictionary<string, string>();
        if (request.Header(TokenHeader) is { } token)
        {
            if (instance.ImdsTokens.LifeLeft(token, cloud.Now) is not { } left)
            {
                return Status(401);
            }

            headers = LifeOf((int)left.TotalSeconds);
        }
        else if (instance.Metadata.HttpTokens == "required")
        {
            return Status(401);
        }

        const string latest = "latest/";
        var found = path.StartsWith(latest, StringComparison.Ordinal)
            ? MetadataTree.Read(instance, path[latest.Length..])
            : null;
        return found is null
            ? Status(404)
            : new Reply
            {
                Body = found,
                ContentType = Plain,
                Headers = headers,
            };
    }

    private static Dictionary<string, string> LifeOf(int seconds) =>
        new() { [LifeHeader] = seconds.ToString(CultureInfo.InvariantCulture) };

    private static Reply Status(int status) => Reply.Text("", Plain, status);
}
