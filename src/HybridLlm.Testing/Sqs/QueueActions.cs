using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.Sqs;

/// <summary>The SQS actions a controller makes, and those that set a queue up.</summary>
internal static class QueueActions
{
    private const int DefaultVisibilitySeconds = 30;

    public static JsonObject Answer(string action, JsonObject request, CloudState cloud, string region) =>
        action switch
        {
            "CreateQueue" => Create(request, cloud, region),
            "DeleteQueue" => Remove(request, cloud, region),
            "ListQueues" => List(request, cloud, region),
            "ListQueueTags" => Tags(Queue(request, cloud, region)),
            "GetQueueUrl" => Url(cloud, cloud.Queues.Find(region, Text(request, "QueueName"))),
            "SendMessage" => Send(request, cloud, region),
            "ReceiveMessage" => Receive(request, cloud, region),
            "DeleteMessage" => Delete(request, cloud, region),
            _ => throw ServiceError.Gap($"the SQS action {action}"),
        };

    /// <summary>The queue a request is for; null when there is none or it names none.</summary>
    public static MessageQueue? QueueOf(JsonObject request, CloudState cloud, string region) =>
        request["QueueUrl"]?.GetValue<string>() is { } url ? cloud.Queues.Find(region, url.Split('/')[^1]) : null;

    private static JsonObject Create(JsonObject request, CloudState cloud, string region)
    {
        var queue = cloud.Queues.Create(region, Text(request, "QueueName"));
        foreach (var (key, value) in request["tags"] as JsonObject ?? [])
        {
            queue.Tags[key] = value!.GetValue<string>();
        }

        return Url(cloud, queue);
    }

    private static JsonObject Remove(JsonObject request, CloudState cloud, string region)
    {
        cloud.Queues.Remove(region, Queue(request, cloud, region).Name);
        return [];
    }

    /// <summary>All of them on one page, as SQS does for fewer than a thousand.</summary>
    private static JsonObject List(JsonObject request, CloudState cloud, string region)
    {
        var prefix = request["QueueNamePrefix"]?.GetValue<string>() ?? "";
        var urls = cloud
            .Queues.All.Where(q => q.Region == region && q.Queue.Name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(q => (JsonNode)JsonValue.Create(UrlOf(cloud, q.Queue)));
        return urls.ToArray() is { Length: > 0 } found ? new JsonObject { ["QueueUrls"] = new JsonArray(found) } : [];
    }

    private static JsonObject Tags(MessageQueue queue) =>
        queue.Tags.Count == 0
            ? []
            : new JsonObject
            {
                ["Tags"] = new JsonObject(queue.Tags.Select(t => KeyValuePair.Create(t.Key, (JsonNode?)t.Value))),
            };

    private static JsonObject Send(JsonObject request, CloudState cloud, string region)
    {
        var body = Text(request, "MessageBody");
        var id = Queue(request, cloud, region).Send(body, cloud.Now);
        return new JsonObject { ["MessageId"] = id, ["MD5OfMessageBody"] = Md5(body) };
    }

    private static JsonObject Receive(JsonObject request, CloudState cloud, string region)
    {
        var most = request["MaxNumberOfMessages"]?.GetValue<int>() ?? 1;
        if (most is < 1 or > 10)
        {
            throw ServiceError.Invalid("MaxNumberOfMessages", $"{most}");
        }

        var hide = TimeSpan.FromSeconds(request["VisibilityTimeout"]?.GetValue<int>() ?? DefaultVisibilitySeconds);
        var received = Queue(request, cloud, region).Receive(most, hide, cloud.Now);
        return received.Count == 0
            ? []
            : new JsonObject
            {
                ["Messages"] = new JsonArray([
                    .. received.Select(m => new JsonObject
                    {
                        ["MessageId"] = m.Id,
                        ["ReceiptHandle"] = m.Receipt,
                        ["Body"] = m.Body,
                        ["MD5OfBody"] = Md5(m.Body),
                    }),
                ]),
            };
    }

    private static JsonObject Delete(JsonObject request, CloudState cloud, string region)
    {
        Queue(request, cloud, region).Delete(Text(request, "ReceiptHandle"));
        return [];
    }

    private static MessageQueue Queue(JsonObject request, CloudState cloud, string region) =>
        QueueOf(request, cloud, region) ?? throw ServiceError.Missing("QueueUrl");

    private static JsonObject Url(CloudState cloud, MessageQueue queue) => new() { ["QueueUrl"] = UrlOf(cloud, queue) };

    private static string UrlOf(CloudState cloud, MessageQueue queue) =>
        new Uri(cloud.Endpoint, $"{cloud.Options.AccountId}/{queue.Name}").AbsoluteUri;

    private static string Text(JsonObject request, string name) =>
        request[name]?.GetValue<string>() ?? throw ServiceError.Missing(name);

#pragma warning disable CA5351 // SQS answers with MD5; nothing relies on it.
    private static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351
}
