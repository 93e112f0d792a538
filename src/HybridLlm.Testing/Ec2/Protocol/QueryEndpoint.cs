using System.Xml.Linq;

namespace HybridLlm.Testing.Ec2.Protocol;

/// <summary>Answers the Query protocol: EC2, and who-am-I of STS.</summary>
internal sealed class QueryEndpoint(CloudState cloud)
{
    private const string Sts = "sts";

    private static readonly XNamespace s_ec2 = "http://ec2.amazonaws.com/doc/2016-11-15/";
    private static readonly XNamespace s_sts = "https://sts.amazonaws.com/doc/2011-06-15/";

    public Reply Answer(RawRequest raw)
    {
        var form = raw.Form();
        QueryRequest request = new(form);
        var signature = SignatureV4.Of(raw);
        var service = signature?.Service ?? "ec2";
        EmulatedCall call = new()
        {
            Service = service,
            Action = form.GetValueOrDefault("Action") ?? "",
            Region = signature?.Region,
            IsWrite =
                service != Sts
                && ActionTable.IsWrite(form.GetValueOrDefault("Action") ?? "")
                && form.GetValueOrDefault("DryRun") != "true",
        };
        return CallRunner.Run(
            cloud,
            call,
            () =>
            {
                Authenticate(raw, signature);
                return service == Sts ? AnswerSts(request) : AnswerEc2(request, signature!.Region);
            },
            error => service == Sts ? StsError(error) : Ec2Error(error)
        );
    }

    private void Authenticate(RawRequest raw, SignatureV4? signature)
    {
        if (signature is null)
        {
            throw new ServiceError("MissingAuthenticationToken", "Request is missing Authentication Token", 403);
        }

        if (signature.AccessKey == cloud.Options.AccessKey && signature.Matches(raw, cloud.Options.SecretKey))
        {
            return;
        }

        throw signature.Service == Sts
            ? new ServiceError("InvalidClientTokenId", "The security token included in the request is invalid.", 403)
            : new ServiceError("AuthFailure", "AWS was not able to validate the provided access credentials", 401);
    }

    private Reply AnswerEc2(QueryRequest request, string region)
    {
        var answer = ActionTable.Get(request.Action)(new Ec2Call(request, cloud.Region(region)));
        XElement root = new(request.Action + "Response", new XElement("requestId", cloud.Ids.Request()), answer);
        return Reply.Xml(root.InNamespace(s_ec2));
    }

    private Reply AnswerSts(QueryRequest request)
    {
        if (request.Action != "GetCallerIdentity")
        {
            throw new ServiceError("InvalidAction", $"Could not find operation {request.Action}");
        }

        request.RefuseUnread();
        var account = cloud.Options.AccountId;
        XElement root = new(
            "GetCallerIdentityResponse",
            new XElement(
                "GetCallerIdentityResult",
                new XElement("Arn", $"arn:aws:iam::{account}:user/emulated"),
                new XElement("UserId", "AIDAEMULATEDEXAMPLE00"),
                new XElement("Account", account)
            ),
            new XElement("ResponseMetadata", new XElement("RequestId", cloud.Ids.Request()))
        );
        return Reply.Xml(root.InNamespace(s_sts));
    }

    private Reply Ec2Error(ServiceError error) =>
        Reply.Xml(
            new XElement(
                "Response",
                new XElement(
                    "Errors",
                    new XElement("Error", new XElement("Code", error.Code), new XElement("Message", error.Message))
                ),
                new XElement("RequestID", cloud.Ids.Request())
            ),
            error.Status
        );

    private Reply StsError(ServiceError error)
    {
        XElement root = new(
            "ErrorResponse",
            new XElement(
                "Error",
                new XElement("Type", "Sender"),
                new XElement("Code", error.Code),
                new XElement("Message", error.Message)
            ),
            new XElement("RequestId", cloud.Ids.Request())
        );
        return Reply.Xml(root.InNamespace(s_sts), error.Status);
    }
}
