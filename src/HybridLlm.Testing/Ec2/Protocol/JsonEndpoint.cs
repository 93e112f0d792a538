using System.Text.Json;
using System.Text.Json.Nodes;
using HybridLlm.Testing.Sqs;
using HybridLlm.Testing.Ssm;

namespace HybridLlm.Testing.Ec2.Protocol;

/// <summary>Answers AWS's JSON protocol: SQS and SSM, told apart by the header that names the action.</summary>
internal sealed class JsonEndpoint(CloudState cloud)
{
    private const string Target = "X-Amz-Target";
    private const string ContentType = "application/x-amz-json-1.1";

    public static bool IsMeant(RawRequest request) => request.Header(Target) is not null;

    public async Task<Reply> AnswerAsync(RawRequest raw, CancellationToken cancellationToken)
    {
        var target = raw.Header(Target)!.Split('.', 2);
        var signature = SignatureV4.Of(raw);
        EmulatedCall call = new()
        {
            Service = target[0] == "AmazonSQS" ? "sqs" : "ssm",
            Action = target[^1],
            Region = signature?.Region,
            IsWrite = ActionTable.IsWrite(target[^1]) && target[^1] != "ReceiveMessage",
        };
        var request = JsonNode.Parse(raw.Body) as JsonObject ?? [];
        await WaitForMessageAsync(call, request, cancellationToken).ConfigureAwait(false);
        return CallRunner.Run(
            cloud,
            call,
            () =>
            {
                if (signature?.AccessKey != cloud.Options.AccessKey || !signature.Matches(raw, cloud.Options.SecretKey))
                {
                    throw new ServiceError("InvalidSignatureException", "The request signature does not match.", 403);
                }

                return Json(
                    call.Service == "sqs"
                        ? QueueActions.Answer(call.Action, request, cloud, signature.Region)
                        : PublicParameters.Answer(call.Action, request, signature.Region)
                );
            },
            error => Json(new JsonObject { ["__type"] = error.Code, ["message"] = error.Message }, error.Status)
        );
    }

    /// <summary>A long poll is held until there is a message or its time is over.</summary>
    private async Task WaitForMessageAsync(EmulatedCall call, JsonObject request, CancellationToken cancellationToken)
    {
        if (call is not { Action: "ReceiveMessage", Region: { } region })
        {
            return;
        }

        var until = cloud.Now + TimeSpan.FromSeconds(request["WaitTimeSeconds"]?.GetValue<int>() ?? 0);
        while (cloud.Now < until && !HasMessage(request, region))
        {
            await Task.Delay(TimeSpan.FromSeconds(1), cloud.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private bool HasMessage(JsonObject request, string region)
    {
        lock (cloud.Gate)
        {
            try
            {
                return QueueActions.QueueOf(request, cloud, region)?.HasVisible(cloud.Now) != false;
            }
            catch (ServiceError)
            {
                return true; // the call itself answers with the error
            }
        }
    }

    private static Reply Json(JsonObject body, int status = 200) =>
        Reply.Text(body.ToJsonString(JsonSerializerOptions.Default), ContentType, status);
}
